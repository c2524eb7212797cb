"""The file of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.cli.output_file import write_whole
from orderflow.codec import dumps, loads
from orderflow.domain.planning.plan import Plan
from orderflow.errors import CodecError
from orderflow.importing import FileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["read_plan", "save_plan"]

_BYTES_MAX = 500_000_000


def read_plan(path: Path) -> Plan:
    """Read a plan.

    Raises:
        FileError: If the file cannot be read, or holds no plan.
    """
    try:
        if path.stat().st_size > _BYTES_MAX:
            raise FileError(str(path), f"has more than {_BYTES_MAX:,} bytes")
        plan: Plan = loads(path.read_bytes(), Plan)
    except OSError as error:
        raise FileError(str(path), error.strerror or str(error)) from error
    except CodecError as error:
        raise FileError(str(path), f"is no plan: {error}") from error
    return plan


def save_plan(plan: Plan, path: Path) -> None:
    """Save a plan as JSON.

    Raises:
        FileError: If the file cannot be written.
    """
    write_whole(path, f"{dumps(plan)}\n")
