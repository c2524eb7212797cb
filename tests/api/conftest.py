"""Leaves these tests out unless `make api` runs them."""

from __future__ import annotations

import os

collect_ignore_glob = [] if os.environ.get("ORDERFLOW_TEST_API") else ["test_*.py"]
