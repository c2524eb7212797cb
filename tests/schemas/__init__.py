"""Tests of the schemas; `committed` writes and compares the files in the documentation."""
