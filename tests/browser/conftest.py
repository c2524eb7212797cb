"""Leaves these tests out unless `make browser` runs them."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("ORDERFLOW_TEST_BROWSER") else ["test_*.py"]
