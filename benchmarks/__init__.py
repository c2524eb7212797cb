"""How fast orderflow is, beside yardsticks that are measured in the same run.

`python -m benchmarks` runs everything and prints the table; `docs/explanation/performance.md`
explains it.
"""
