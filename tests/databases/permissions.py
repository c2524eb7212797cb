"""Files and folders that cannot be written, whoever runs the tests."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["obey_permissions", "read_only"]

_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE = 24, 1


def obey_permissions() -> None:
    """Give up root's right to write anything, in a program that is started after this."""
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, _CAP_DAC_OVERRIDE):
        raise OSError("root cannot give up its rights here")


@contextmanager
def read_only(*paths: Path) -> Iterator[None]:
    """Take the permission to write these files and folders away meanwhile."""
    if os.geteuid() == 0 and sys.platform != "linux":
        pytest.skip("root may write everything, and gives up this right on Linux only")
    before = {path: path.stat().st_mode for path in paths}
    for path, mode in before.items():
        path.chmod(mode & ~0o222)
    yield
    for path, mode in before.items():
        path.chmod(mode)
