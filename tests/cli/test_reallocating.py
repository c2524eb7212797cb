"""Units that change hands between orders, outside the queue."""

from __future__ import annotations

import pytest

from tests.cli.shop import Shop, shop

__all__ = ["shop"]

WHY = ("--note", "B-1 is for a fair", "--by", "Ann")


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """A shop in which A-1 has 3 MUG, B-1 has 2 and is short of 2, and C-1 is short of 1."""
    shop.do("place", "B-1", "MUG=4")
    shop.do("place", "C-1", "MUG=1")
    return shop


def test_units_go_from_one_order_to_another(busy: Shop) -> None:
    assert "Other orders that changed: 2" in busy.do(
        "reallocate", "MUG", "--from", "A-1=2", "--to", "B-1=2", *WHY
    )
    assert (busy.status("A-1"), busy.status("B-1")) == ("ON_BACK_ORDER", "ALLOCATED")
    told = busy.do("events", "A-1")
    assert "OrderReallocated 2 of line 1 to B-1, by Ann: B-1 is for a fair" in told
    assert "2 of line 1 from A-1, by Ann: B-1 is for a fair" in busy.do("events", "B-1")
    assert "2 units of 'MUG' went to 'B-1' at" in busy.do("explain", "A-1")


def test_orders_without_a_number_take_what_is_left_in_turn(busy: Shop) -> None:
    busy.do("reallocate", "MUG", "--from", "A-1=3", "--to", "C-1", "--to", "B-1", *WHY)
    assert (busy.status("B-1"), busy.status("C-1")) == ("ALLOCATED", "ALLOCATED")
    assert busy.lines("A-1")["1"] == ("MUG", 3, 0)


def test_the_answer_is_json_too(busy: Shop) -> None:
    asked = ("reallocate", "MUG", "--from", "A-1=1", "--to", "C-1", *WHY)
    answer = busy.ask(*asked)
    assert [each["type"] for each in answer["outcome"]["events"]] == ["OrderReallocated"] * 2
    assert answer["outcome"]["back_orders_completed"] == ["C-1"]


def test_a_preview_changes_nothing(busy: Shop) -> None:
    before = busy.everything()
    shown = busy.do("reallocate", "MUG", "--from", "A-1=1", "--to", "C-1", *WHY, "--dry-run")
    assert "C-1 ALLOCATED" in shown
    assert busy.everything() == before


def test_a_repeated_command_changes_nothing(busy: Shop) -> None:
    asked = ("reallocate", "MUG", "--from", "A-1=1", "--to", "C-1", *WHY, "--command-id", "c1")
    busy.do(*asked)
    before = busy.everything()
    busy.do(*asked)
    assert busy.everything() == before
    other = ("reallocate", "MUG", "--from", "A-1=1", "--to", "B-1", *WHY, "--command-id", "c1")
    assert "command id 'c1' of seller 'acme' was used for another command" in busy.refused(*other)


def test_an_id_may_contain_an_equals_sign(busy: Shop) -> None:
    busy.do("place", "D=X", "MUG=1")
    busy.do("reallocate", "MUG", "--from", "A-1=1", "--to", "D=X=1", *WHY)
    assert busy.status("D=X") == "ALLOCATED"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--from", "A-1", "--to", "B-1"), "'A-1' is not a pair: try A-1=2"),
        (("--from", "A-1=x", "--to", "B-1"), "'x' is not a number of units: try A-1=5"),
        (("--from", "A-1=0", "--to", "B-1"), "'A-1': 0 units: omit it"),
        (("--from", "A-1=1", "--from", "A-1=1", "--to", "B-1"), "'A-1': named twice"),
        (("--from", "A-1=1", "--to", "A-1"), "'A-1': name it on one side"),
        (
            ("--from", "A-1=1", "--to", "B-1=1", "--to", "C-1"),
            "nothing is left for 'C-1': the orders before it take all 1 unit given",
        ),
        (("--to", "C-1"), "no order gives units to 'C-1': name one with --from, or say how many"),
    ],
)
def test_a_wrong_argument_is_named(busy: Shop, arguments: tuple[str, ...], message: str) -> None:
    assert message in busy.wrong("reallocate", "MUG", *arguments, *WHY)


def test_what_does_not_fit_is_refused(busy: Shop) -> None:
    for taker in ("A-1", "A-1=1"):
        assert "short of" in busy.refused("reallocate", "MUG", "--to", taker, *WHY)
    refused = busy.refused("reallocate", "MUG", "--from", "A-1=9", "--to", "B-1=2", *WHY)
    assert "order 'A-1' cannot give 9 units of 'MUG': it has 3; name at most these" in refused
    refused = busy.refused("reallocate", "MUG", "--from", "A-1=3", "--to", "B-1", *WHY)
    assert "3 given and 2 taken; give at most what is taken" in refused
