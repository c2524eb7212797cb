"""Other packages from the index that place orders against stock: `python -m benchmarks peers`.

They are in the dependency group `peers`, which `make peers` installs in an environment of its own.
"""
