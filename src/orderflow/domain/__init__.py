"""The pure core: immutable types, and functions that decide.

Nothing here does input or output, reads a clock or draws a random number.
"""
