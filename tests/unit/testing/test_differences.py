"""A difference is named by its path, and nothing that differs passes for the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest

from orderflow import Hold, HoldReason, OrderLine, Status
from orderflow.testing.differences import differences, require_same, to_text
from tests.unit.shop import NOON, order

PLAIN = order("A", ("MUG", 2), ("CUP", 1))


def test_equal_values_are_the_same() -> None:
    found = [attrs.evolve(PLAIN), (1, "a", None, NOON)]
    assert list(differences(found, (PLAIN, [1, "a", None, NOON]))) == []


@pytest.mark.parametrize(
    ("found", "expected", "text"),
    [
        (1, 2, "it: 1, expected 2"),
        ("NEW", Status.NEW, "it: 'NEW', a str, expected Status.NEW"),
        (True, 1, "it: True, a bool, expected 1"),
        (None, PLAIN.lines[0], "it: None, a NoneType, expected OrderLine(line_id='1'"),
        (
            NOON.astimezone(timezone(timedelta(hours=1))),
            NOON,
            "it: 2025-03-03T13:00:00+01:00, expected 2025-03-03T12:00:00+00:00",
        ),
        (attrs.evolve(PLAIN, courier="VAN"), PLAIN, ".courier: 'VAN', a str, expected None"),
        (
            [attrs.evolve(PLAIN, lines=(PLAIN.lines[0], OrderLine("2", "CUP", 3)))],
            (PLAIN,),
            "[0].lines[1].quantity: 3, expected 1",
        ),
    ],
)
def test_a_difference_is_named(found: object, expected: object, text: str) -> None:
    (fault,) = differences(found, expected)
    assert fault.startswith(text)


def test_what_is_missing_or_too_much_in_a_list_is_named() -> None:
    assert list(differences([1, 2], [1, 3, 4])) == [
        "it: 2 items, expected 3",
        "missing: 3",
        "missing: 4",
        "not expected: 2",
    ]


def test_a_value_is_shown_without_the_fields_that_have_their_default() -> None:
    hold = Hold(HoldReason.OTHER, datetime(2026, 3, 2, 12, tzinfo=UTC))
    assert to_text([hold]) == "[Hold(reason=HoldReason.OTHER, until=2026-03-02T12:00:00+00:00)]"


def test_the_message_is_of_bounded_length() -> None:
    with pytest.raises(AssertionError) as caught:
        require_same("the answer", ["x" * 9_999] * 30, ["y"] * 30)
    text = str(caught.value)
    assert text.startswith("the answer differs:\n  [0]: 'xxx")
    assert text.endswith("and 20 more differences")
    assert len(text) < 6_000
