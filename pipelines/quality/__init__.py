"""Judging submissions: contract → Great Expectations suite → findings in Vietnamese → verdicts.

What belongs here: everything that touches ``great_expectations``, and nothing else does. Importing the
library takes seconds, so it is imported inside the functions that need it; importing this package is cheap.
"""
