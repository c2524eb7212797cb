"""What Schemathesis does before each request."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis

KEY = "Idempotency-Key"
LENGTH_MAX = 128


@schemathesis.hook  # type: ignore[untyped-decorator]  # its types are skipped
def before_call(_context: Any, case: Any, _arguments: Any) -> None:  # noqa: ANN401 - its own types
    """Give each command an id of its own, as clients do. An id that is too long stays so."""
    key = case.headers and case.headers.get(KEY)
    if key and len(key) <= LENGTH_MAX:
        case.headers[KEY] = f"{key[:64]}{uuid4().hex}"
