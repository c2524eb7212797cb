"""The page of all mails, and their HTML, are what sellers are sent."""

from __future__ import annotations

from orderflow.notices import NoticeKind
from tests.docs.mails import mails, stale


def test_the_mails_are_as_shown() -> None:
    assert stale() == [], "if the change is wanted: python -m tests.docs.mails --write"


def test_there_is_a_mail_of_each_kind() -> None:
    assert [name for name, _ in mails()] == [*NoticeKind, "a digest"]
