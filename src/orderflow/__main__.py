"""`python -m orderflow` is the same as `orderflow`."""

from orderflow.cli import main

if __name__ == "__main__":
    main()
