"""The pure part: immutable types, and functions that decide.

Nothing in here does input or output, reads a clock or draws a random number.
"""
