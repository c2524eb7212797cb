"""The contract of preference sources, as tests to inherit.

For example::

    from orderflow.testing.preference_source_contract import PreferenceSourceContract

    class TestMyPreferences(PreferenceSourceContract):
        def make_preferences(self, preferences):
            source = MyPreferences(...)
            source.store(preferences.default, preferences.sellers)
            return source

Needs pytest, from the extra `testing`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from orderflow.domain.model.validators import IDENTIFIER_CHARACTERS_MAX
from orderflow.notices.kinds import NOTICE_KINDS, NoticeKind, NoticeTiming
from orderflow.notices.preferences import Preference, Preferences, Recipient
from orderflow.testing.differences import require_same

if TYPE_CHECKING:
    from orderflow.ports import PreferenceSource

__all__ = ["EXAMPLE_PREFERENCES", "PreferenceSourceContract"]

EXAMPLE_PREFERENCES = (
    Preference(),
    Preference(opted_out=True),
    Preference(
        recipients=(
            Recipient("mail", "jö@shop.example"),
            Recipient("mail", "Al+orders@shop.example"),
            Recipient("webhook", "https://shop.example/hook?of='acme'&x=%20"),
            Recipient("log", "shop.orders"),
        ),
        timings=(
            (NoticeKind.HELD, NoticeTiming.NONE),
            (NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY),
        ),
        opted_out=True,
        digest_at=time(23, 59),
        zone=ZoneInfo("Europe/London"),
    ),
    Preference(
        timings=tuple(
            (kind, NoticeTiming.AT_ONCE if info.may_be_at_once else NoticeTiming.DAILY)
            for kind, info in NOTICE_KINDS.items()
        )
    ),
    Preference(
        recipients=(Recipient("mail", "x@shop.example"),),
        timings=tuple((each, NoticeTiming.NONE) for each in reversed(NOTICE_KINDS)),
        zone=ZoneInfo("America/Argentina/Ushuaia"),
    ),
)
"""Preferences with every setting, none and all kinds of notices."""

_SELLERS = (
    "acme",
    "Acme",
    "acme ltd",
    "ac%",
    "ac_e",
    "Größe 日本 '\\",
    "x" * IDENTIFIER_CHARACTERS_MAX,
)
_OTHERS = ("ACME", "acm", "acme2", "%", "ac", "Größe", "x" * (IDENTIFIER_CHARACTERS_MAX - 1))


class PreferenceSourceContract(ABC):
    """Tests of a preference source. Inherit them and implement `make_preferences`."""

    @abstractmethod
    def make_preferences(self, preferences: Preferences) -> PreferenceSource:
        """Make a source that has these preferences, and no others."""

    @pytest.mark.parametrize("number", range(len(EXAMPLE_PREFERENCES)))
    def test_a_preference_is_returned_as_it_was_stored(self, number: int) -> None:
        """Each setting is kept, for one seller and as the default."""
        preference = EXAMPLE_PREFERENCES[number]
        own = self.make_preferences(Preferences(sellers={"acme": preference}))
        require_same("of('acme')", own.of("acme"), preference)
        require_same("of('bolt')", own.of("bolt"), Preference())
        default = self.make_preferences(Preferences(default=preference))
        require_same("of('acme')", default.of("acme"), preference)

    def test_each_seller_gets_their_own_or_the_default(self) -> None:
        """Ids are compared exactly, in any order, and as often as somebody asks."""
        default = Preference(recipients=(Recipient("mail", "all@shop.example"),))
        sellers = {
            seller_id: Preference(recipients=(Recipient("mail", f"{number}@shop.example"),))
            for number, seller_id in enumerate(_SELLERS)
        }
        source = self.make_preferences(Preferences(default=default, sellers=sellers))
        for seller_id in (*_SELLERS, *_OTHERS, *_SELLERS[::-1]):
            expected = sellers.get(seller_id, default)
            require_same(f"of({seller_id!r})", source.of(seller_id), expected)

    def test_without_preferences_everybody_gets_the_built_in_one(self) -> None:
        """No seller needs to be known."""
        source = self.make_preferences(Preferences())
        for seller_id in _SELLERS:
            require_same(f"of({seller_id!r})", source.of(seller_id), Preference())
