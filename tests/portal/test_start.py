"""`python -m portal` says what it cannot start with, before it prints an address."""

from __future__ import annotations

import socket
import sys
from typing import TYPE_CHECKING

import pytest
from portal.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def refused(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """Start the portal, and return the error that it ends with."""
    monkeypatch.setattr(sys, "argv", ["portal", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    return printed.err


@pytest.mark.parametrize("port", ["99999", "-1"])
def test_a_port_that_is_none_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], port: str
) -> None:
    database = tmp_path / "x.db"
    error = refused([str(database), f"--port={port}"], monkeypatch, capsys)
    assert f"argument --port: must be from 0 to 65535, not {port}" in error
    assert not database.exists()


def test_a_port_in_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        error = refused([str(tmp_path / "x.db"), f"--port={port}"], monkeypatch, capsys)
    assert f"argument --port: {port} cannot be used" in error
    assert "in use" in error


def test_a_file_that_is_no_database_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.db"
    text.write_text("no database", encoding="utf-8")
    error = refused([str(text), "--port=0"], monkeypatch, capsys)
    assert f"argument database: {text} cannot be opened as a database" in error
