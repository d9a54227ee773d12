"""F04: the form locators of the UB-04, and the same data on the 837I."""
