"""An invalid value is refused with the option or argument that holds it, not with a field."""

from __future__ import annotations

import pytest

from tests.cli.shop import Shop, shop

__all__ = ["shop"]


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("orders --status FOO", "'--status': 'FOO' is not one of NEW, POSTPONED, ON_HOLD"),
        ("hold A-1 FOO", "'REASON': 'FOO' is not one of SELLER_DELAY"),
        ("orders --limit -1", "'--limit': must be from 0 to 1000000000000, not -1"),
        ("edit A-1 --replace 1", "'--replace': '1' is not a pair: try 1=CUP"),
        ("edit A-1 --add MUG", "'--add': 'MUG' is not a pair: try MUG=5"),
        ("explain A-1 --ahead 9999999999999", "'--ahead': must be a whole number of orders from 0"),
        ("cut-off --holidays XX", "'--holidays': must be a code"),
        ("cut-off --holidays GB-XX", "'--holidays': must be one of ENG, NIR"),
        ("orders --limit many", "'--limit': 'many' is not a whole number of at most 18 digits"),
        ("explain A-1 --ahead -1", "'--ahead': '-1' is not a whole number of 0 or more"),
        ("adjust MUG --by 0", "'--by': must be a whole number of units, not 0"),
        ("cancel A-1 --expected-version -1", "'--expected-version': must be a whole number"),
        ("cancel A-1 --command-id =", None),
        ("place A-2 MUG=0", "'SKU=UNITS': quantity must be a whole number of units from 1"),
        ("place A-2 MUG=1 --priority 9999999999", "'--priority': must be a whole number from"),
        ("edit A-1 --add MUG=0", "'--add': quantity must be a whole number"),
        ("edit A-1 --add MUG=1 --set MUG=\xa0a", "'--set': set id must be a text of 1 to 128"),
        ("place A-2 MUG=1 --set MUG=\xa0a", "'--set': set id must be a text of 1 to 128"),
        ("edit A-1 --quantity 1=0", "'--quantity': quantity must be a whole number"),
        ("short-pick A-1 1=9999999999999", "'LINE=FOUND': units must be a whole number"),
        ("announce R-1 MUG 0 2026-03-09", "'UNITS': must be a whole number of units from 1"),
        ("change-policy acme --wait-max -1", "'--wait-max': must be a number of days above 0"),
        (
            "change-policy acme --parcels-max 3",
            "exactly when --fulfilment is PARCELS, because it counts them, not 3",
        ),
        ("change-policy acme --share-max 3", "must be omitted unless --rationing is FAIR_SHARE"),
        ("orders --json --csv", "'--csv': must be omitted with --json"),
        ("stock --seller acme\xa0", "'--seller': must be a text of 1 to 128 printable"),
        ("reallocate MUG --from \xa0=1 --to A-1 --note x --by x", "'--from': must be a text of 1"),
        ("erase --older-than 36525", "'--older-than': must be a time, in the years 1970 to 2999"),
        ("orders --db file:shop.db", "'--db': 'file:shop.db' is not the name of a file; try"),
        ("replay x.csv --lead-days-max 1", "must be no less than --lead-days-min, which is 3"),
    ],
)
def test_the_option_is_named(shop: Shop, command: str, message: str | None) -> None:
    if message is None:  # a value that is valid, if odd
        assert "is CANCELLED" in shop.do(*command.split(" "))
        return
    assert message in shop.wrong(*command.split(" "))


@pytest.mark.parametrize(
    ("command", "choice"),
    [
        ("orders", "ON_HOLD"),
        ("hold", "OTHER"),
        ("change-policy", "FIRST_COME"),
        ("import", "SHOPIFY"),
    ],
)
def test_the_help_shows_choices_as_they_are_stored(shop: Shop, command: str, choice: str) -> None:
    shown = shop.do(command, "--help")
    assert choice in shown
    assert "first_come" not in shown
    assert "on_hold" not in shown


def test_a_choice_may_be_given_in_lower_case(shop: Shop) -> None:
    assert "A-1" in shop.do("orders", "--status", "on_back_order")
