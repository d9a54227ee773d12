"""F15: the boxes of the CMS-1500, and the same data on the 837."""
