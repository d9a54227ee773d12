"""Paper: the CMS-1500 and the UB-04, box by box and line by line.

What a box holds and where it prints is data (`schemas/forms/`); here is what a table cannot say.
"""
