"""What no message shows, the passwords in URLs and connection strings, and what no log keeps."""

from __future__ import annotations

import re
from urllib.parse import unquote

__all__ = ["without_mailboxes", "without_secrets"]

HIDDEN = "***"

# A word with a colon, a user, another colon: what follows up to the last `@` is a password.
# `webhook:https://jo:pass@host` names its channel first; `mail:jo@host` has no password. Parts that
# can begin anywhere are bounded, so that the time is linear in the length of the text.
_USER = re.compile(
    r"(?<![\w+.-])"
    r"(?:(?:[\w+.-]+:(?=[\w+.-]+://))?[\w+.-]+:/{0,9}|//)"
    r"[^\s:@]{0,256}:"
)

# An apostrophe may be part of a name, or quote the address.
_NAME = r"[^\s@<>()\[\]\"',;:]"
_MAILBOX = re.compile(rf"(?:\"[^\"@]+\"|(?<!{_NAME})(?<!{_NAME}'){_NAME}+(?:'{_NAME}+)*)@(?=\w)")

_SETTING = re.compile(
    r"(?P<name>(?<![\w.%+-])[\w.%+-]+\s?=\s?)"
    r"(?:'(?:[^'\\]|\\.)*'?|\"(?:[^\"\\]|\\.)*\"?|(?:[^\s&;'\"\\]|\\.)+)"
)
_SECRET_NAME = re.compile("passw|passphrase|pwd|secret|token|api_?-?key|^pass$", re.IGNORECASE)


def without_secrets(text: str) -> str:
    """Return a text without the passwords of the URLs and connection strings in it.

    >>> without_secrets("https://jo:7e4f@shop.example/?token=aa&page=2")
    'https://jo:***@shop.example/?token=***&page=2'
    >>> without_secrets("host=db1 password='7 e 4 f'")
    'host=db1 password=***'
    """
    words = re.split(r"(\s+)", text) if "@" in text else [text]
    return _SETTING.sub(_hide_setting, "".join(map(_hide_password, words)))


def without_mailboxes(text: str) -> str:
    """Return a text without the names before the ``@`` of the mail addresses in it.

    Use it for what is stored or logged about an error. The domain still helps to find the fault.

    >>> without_mailboxes("550 <jo.bloggs@shop.example>: unknown")
    '550 <***@shop.example>: unknown'
    """
    return _MAILBOX.sub(f"{HIDDEN}@", text) if "@" in text else text


def _hide_password(word: str) -> str:
    """Hide the password before the last ``@`` of a text without white space."""
    before, at, after = word.rpartition("@")
    user = _USER.search(before) if at else None
    return word if user is None else f"{before[: user.end()]}{HIDDEN}@{after}"


def _hide_setting(setting: re.Match[str]) -> str:
    name = unquote(setting["name"].rstrip(" =\t"))
    return f"{setting['name']}{HIDDEN}" if _SECRET_NAME.search(name) else setting[0]
