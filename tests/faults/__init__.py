"""Deliberate faults in the source: `make faults` shows that the tests catch each of them.

`python -m tests.faults` makes one fault at a time in a copy of the source, and runs the tests that
should fail. It says of each fault which test caught it, and fails if one was caught by none.
"""
