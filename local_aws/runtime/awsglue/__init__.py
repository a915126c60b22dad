"""A stand-in for the library that AWS Glue puts beside every job: same names, own code.

It offers what is listed in each module and refuses the rest with a sentence. Nothing here is
copied from AWS; the interface is the one the Glue Developer Guide describes for Glue 5.1.
"""
