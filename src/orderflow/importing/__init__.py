"""Reads CSV as files come: plain or gzip, in whichever encoding."""

from orderflow.importing.faults import FileError
from orderflow.importing.source import Source, open_source

__all__ = ["FileError", "Source", "open_source"]
