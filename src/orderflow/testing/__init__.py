"""Tools for tests that use orderflow: Hypothesis strategies and contracts for adapters.

`orderflow.testing.strategies` and the contract of repositories need Hypothesis and pytest, from the
extra `testing`. This package imports neither. Under pytest, the contracts show the values of a
failed assertion, as your own tests do. The invariants are in `orderflow.invariants` and need no
extra.
"""

import sys
from pkgutil import iter_modules

if "pytest" in sys.modules:
    _modules = (f"{__name__}.{each.name}" for each in iter_modules(__path__))
    sys.modules["pytest"].register_assert_rewrite(*_modules)
