"""What `--db` names: a file or a server, and how messages call it without its password."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from orderflow.errors import StorageError
from orderflow.errors.secrets import without_secrets

__all__ = ["file_of", "name_of", "refuse_credentials", "secrets_in", "server_of"]

WAY_OUT = "try postgresql+psycopg://user@host/name, with the password in PGPASSWORD, or a file name"
SECRET_CHARACTERS_MIN = 3
"""Shorter values of options are part of too many other words."""

_CONNECTION_STRINGS = {"conninfo", "dsn"}
_SCHEME = re.compile(r"[a-zA-Z][\w+.-]*(?=://)")
_PLAIN = re.compile(r"[\w.:~-]*")

# As in `user:password@host`, but not as in `C:\me@home`.
_LIKE_CREDENTIALS = re.compile(r"(?![A-Za-z]:[\\/])[^@]*:.*@", re.DOTALL)


def file_of(db: str) -> str | None:
    """Return the SQLite file, or `None` if this is the URL of a server.

    Raises:
        StorageError: If it is neither. The message does not repeat it.
    """
    if "://" not in db:
        refuse_credentials(db)
        return db
    url = _url_of(db)
    if not url.drivername.startswith("sqlite"):
        return None
    if url.username or url.password or url.host:
        raise StorageError("the URL of a SQLite file has a path alone; try sqlite:///shop.db")
    if url.query:
        name = name_of(db)
        raise StorageError(f"{name} has options, which orderflow sets itself; name the file alone")
    refuse_credentials(url.database or "")
    return url.database or ":memory:"


def refuse_credentials(text: str) -> None:
    """Refuse what looks like a URL or a connection string with a password, unless it is a file.

    Raises:
        StorageError: If it looks so. The message does not repeat it.
    """
    is_suspect = _LIKE_CREDENTIALS.match(text) or without_secrets(text) != text
    if is_suspect and not _exists(text):
        raise StorageError(f"this seems to be neither a file name nor a database URL; {WAY_OUT}")


def _exists(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):  # it cannot be a file name, and the error would repeat it
        return False


def server_of(db: str) -> URL:
    """Return the URL of a PostgreSQL server.

    Raises:
        StorageError: If it is none. The message does not repeat its password.
    """
    url = _url_of(db)
    if _is_ambiguous(db, url):
        raise StorageError(
            f"{name_of(db)} has an '@' in its user or password: write it as %40, ':' as %3A "
            f"and '/' as %2F"
        )
    if not _CONNECTION_STRINGS.isdisjoint(url.query):
        raise StorageError(f"{name_of(db)} has a connection string in it: name its options instead")
    if url.get_backend_name() != "postgresql":
        raise StorageError(f"{name_of(db)} is neither SQLite nor PostgreSQL; {WAY_OUT}")
    return url


def name_of(db: str) -> str:
    """Return a name for messages: a file, or a URL without user, password and options."""
    if "://" not in db:
        return db
    scheme = _SCHEME.match(db)
    start = f"{scheme[0] if scheme is not None else ''}://"
    try:
        url = _url_of(db)
    except StorageError:
        return f"{start}…"
    if _is_ambiguous(db, url):
        return f"{start}…"
    port = f":{url.port}" if url.port is not None else ""
    parts = (f"{url.host or ''}{port}", url.database or "")
    if url.drivername.startswith("sqlite"):
        return f"{start}/{parts[1]}"
    return start + "/".join(part if _PLAIN.fullmatch(part) else "…" for part in parts)


def _is_ambiguous(db: str, url: URL) -> bool:
    """Whether what is read as a host may be the rest of a password with an '@' in it."""
    return url.username is not None and db.count("@") > 1


def secrets_in(db: str) -> list[str]:
    """Return the parts of a URL that a driver might repeat, and no message should."""
    if "://" not in db:
        return []
    url = _url_of(db)
    options = [each for values in url.normalized_query.values() for each in values]
    return [
        each for each in (str(url.password or ""), *options) if len(each) >= SECRET_CHARACTERS_MIN
    ]


def _url_of(db: str) -> URL:
    try:
        return make_url(db)
    except (ArgumentError, ValueError) as error:
        scheme = _SCHEME.match(db)
        start = f"{scheme[0]}://… " if scheme is not None else "this "
        raise StorageError(f"{start}is not a database URL; {WAY_OUT}") from error
