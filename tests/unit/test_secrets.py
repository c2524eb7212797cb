"""No message has the password of a URL."""

from __future__ import annotations

import pytest

from orderflow import InvalidValueError
from orderflow.adapters.webhook import Guard
from orderflow.codec.faults import refusal
from orderflow.errors.secrets import without_mailboxes, without_secrets
from orderflow.ports import NoticeError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://jo:7e4f@h/a", "https://jo:***@h/a"),
        ("https://:7e4f@h", "https://:***@h"),
        ("https://jo:7e@4f@h", "https://jo:***@h"),
        ("https://jo:7e/4f@h", "https://jo:***@h"),
        ("https://jo%3A:7e%404f@h", "https://jo%3A:***@h"),
        ("webhook:https://jo:7e4f@h", "webhook:https://jo:***@h"),
        ("jdbc:mysql://jo:7e4f@h", "jdbc:mysql://jo:***@h"),
        ("mysql:jo:7e4f@h", "mysql:jo:***@h"),
        ("//jo:7e4f@h", "//jo:***@h"),
        ("see 'a://u:7e4f@h' and b://u:8@h", "see 'a://u:***@h' and b://u:***@h"),
        ("https://h/?token=7e4f&page=2", "https://h/?token=***&page=2"),
        ("https://h/?p%61ssword=7e4f", "https://h/?p%61ssword=***"),
        ("https://h/?a=1;API-KEY=7e4f&b", "https://h/?a=1;API-KEY=***&b"),
        ("host=h password=7e4f dbname=d", "host=h password=*** dbname=d"),
        ("password = '7e \\' 4f' x", "password = *** x"),
        ('pwd="7e 4f"', "pwd=***"),
        ("password=7e\\ 4f x", "password=*** x"),
    ],
)
def test_a_password_is_hidden(text: str, shown: str) -> None:
    assert without_secrets(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "mail:jo@shop.example was not notified",
        "https://shop.example/?page=2&mail=jo@shop.example",
        "Orders <orders@shop.example>: 12:30, a:b",
        "orders_max=3, passes_max=2",
        "C:\\data\\shop.db",
        "a@b, c:d",
    ],
)
def test_all_else_is_shown(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'mail:jo@h.example' was not notified", "'mail:***@h.example' was not notified"),
        ("550 <jo.o'neil+a@h.example>: no", "550 <***@h.example>: no"),
        ('to "jo neil"@h.example', "to ***@h.example"),
        ("{'jö@h.example': (550, b'jo@h')}", "***@h.example': (550, ***@h')}"),
        ("jo{x}@h.example", "***@h.example"),
        ("a@b,c@d;e@f", "***@b,***@d;***@f"),
        ("https://jo:***@h.example", "https://jo:***@h.example"),
        ("12:30 @ the door", "12:30 @ the door"),
    ],
)
def test_the_name_in_a_mail_address_is_hidden(text: str, shown: str) -> None:
    assert without_mailboxes(text) == shown


def test_errors_hide_it_and_keep_it_as_attributes() -> None:
    url = "https://jo:7e4f@h"
    error = NoticeError(f"webhook:{url}", "no", "yes")
    assert "jo:***@h" in str(error)
    assert error.recipient == f"webhook:{url}"
    with pytest.raises(InvalidValueError, match=r"jo:\*\*\*@h") as caught:
        Guard(allowed=(url,))
    assert caught.value.value == url
    assert "7e4f" not in str(caught.value)
    assert "7e4f" not in str(refusal("a URL", f"{'https://jo:'}{'7e4f' * 20}@h"))
