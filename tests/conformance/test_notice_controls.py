"""Channels and preference sources with a fault each are noticed by their contracts."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import pytest

from orderflow.notices import (
    Bulletin,
    CompletedNotice,
    ExpectedDateNotice,
    HeldNotice,
    Preference,
    Preferences,
)
from orderflow.ports import NoticeError
from orderflow.testing.channel_contract import ChannelContract
from orderflow.testing.preference_source_contract import PreferenceSourceContract
from tests.conformance.faults import fails

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orderflow.ports import Channel, PreferenceSource


class Screens:
    """A channel to screens in memory. Sound, with a step for each fault."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []
        self.is_down = False

    def send(self, address: str, bulletin: Bulletin) -> None:
        if self.is_down:
            self.fail(address)
        elif address == "none":
            self.refuse(address)
        else:
            self.show(address, bulletin)

    def preview(self, address: str, bulletin: Bulletin) -> str:
        return f"{address}: {self.text(bulletin)}"

    def fail(self, address: str) -> None:
        raise NoticeError(address, "no answer", "wait")

    def refuse(self, address: str) -> None:
        raise NoticeError(address, "no such screen", "choose another one", is_final=True)

    def show(self, address: str, bulletin: Bulletin) -> None:
        self.shown.append((address, self.text(bulletin)))

    def text(self, bulletin: Bulletin) -> str:
        return " ".join(each.order_id for each in bulletin.notices)


class ShowsTwice(Screens):
    def show(self, address: str, bulletin: Bulletin) -> None:
        super().show(address, bulletin)
        super().show(address, bulletin)


class ShowsNothing(Screens):
    def show(self, address: str, bulletin: Bulletin) -> None:
        pass


class ShowsOnOneScreen(Screens):
    def show(self, _: str, bulletin: Bulletin) -> None:
        super().show("line-3", bulletin)


class ShowsTheFirstNotice(Screens):
    def text(self, bulletin: Bulletin) -> str:
        return bulletin.notices[0].order_id


class ShowsNoDigest(Screens):
    def show(self, address: str, bulletin: Bulletin) -> None:
        if not bulletin.is_digest:
            super().show(address, bulletin)


class ShowsEachBulletinOnce(Screens):
    def __init__(self) -> None:
        super().__init__()
        self._seen = set[str]()

    def send(self, address: str, bulletin: Bulletin) -> None:
        if bulletin.bulletin_id not in self._seen:
            self._seen.add(bulletin.bulletin_id)
            super().send(address, bulletin)


class KnowsNotEachKind(Screens):
    def text(self, bulletin: Bulletin) -> str:
        kinds = (CompletedNotice, ExpectedDateNotice, HeldNotice)
        return " ".join(each.order_id for each in bulletin.notices if not isinstance(each, kinds))


class DividesAtLineEnds(Screens):
    def show(self, address: str, bulletin: Bulletin) -> None:
        for line in self.text(bulletin).splitlines():
            self.shown.append((address, line))


class TakesTextsForPatterns(Screens):
    def text(self, bulletin: Bulletin) -> str:
        return super().text(bulletin).format(order_id="7")


class KeepsTheAddress(Screens):
    """Not for several threads: one may send to the address of another."""

    def show(self, address: str, bulletin: Bulletin) -> None:
        self.address = address
        time.sleep(0.001)
        super().show(self.address, bulletin)


class HidesFailures(Screens):
    def fail(self, address: str) -> None:
        pass


class GivesUpAtOnce(Screens):
    def fail(self, address: str) -> None:
        self.refuse(address)


class TriesForEver(Screens):
    def refuse(self, address: str) -> None:
        self.fail(address)


class PreviewsBySending(Screens):
    def preview(self, address: str, bulletin: Bulletin) -> str:
        self.send(address, bulletin)
        return super().preview(address, bulletin)


class PreviewsNothing(Screens):
    def preview(self, _address: str, _bulletin: Bulletin) -> str:
        return ""


class OfScreens(ChannelContract):
    def __init__(self, kind: type[Screens]) -> None:
        self.screens = kind()

    def make_channel(self) -> Channel:
        return self.screens

    def addresses(self) -> tuple[str, str]:
        return "line-3", "line-4"

    def received(self) -> list[tuple[str, str]]:
        return self.screens.shown

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        self.screens.is_down = True
        try:
            yield
        finally:
            self.screens.is_down = False

    def refused_address(self) -> str:
        return "none"


ONCE = "test_a_bulletin_arrives_once_at_its_address"
KINDS = "test_every_kind_of_notice_arrives"
ALL = "test_all_notices_of_a_bulletin_arrive"
NAME = "test_a_name_that_means_harm_adds_no_message"
PREVIEW = "test_a_preview_sends_nothing"
THREADS = "test_several_threads_send_at_the_same_time"
AGAIN = "test_a_bulletin_is_sent_again_if_the_receiver_was_not_reached"
FINAL = "test_an_address_that_is_refused_for_good_is_final"


@pytest.mark.parametrize(
    ("kind", "test", "given"),
    [
        (ShowsTwice, ONCE, ()),
        (ShowsNothing, ONCE, ()),
        (ShowsOnOneScreen, ONCE, ()),
        (ShowsTheFirstNotice, ALL, ()),
        (ShowsNoDigest, ALL, ()),
        (ShowsEachBulletinOnce, AGAIN, ()),
        (KnowsNotEachKind, KINDS, (HeldNotice,)),
        (KnowsNotEachKind, ALL, ()),
        (DividesAtLineEnds, NAME, ("A\nB",)),
        (KeepsTheAddress, THREADS, ()),
        (HidesFailures, AGAIN, ()),
        (GivesUpAtOnce, AGAIN, ()),
        (TriesForEver, FINAL, ()),
        (PreviewsBySending, PREVIEW, ()),
        (PreviewsNothing, PREVIEW, ()),
    ],
)
def test_a_fault_of_a_channel_is_noticed(
    kind: type[Screens], test: str, given: tuple[Any, ...]
) -> None:
    assert not fails(OfScreens(Screens), test, *given)
    assert fails(OfScreens(kind), test, *given)


def test_a_channel_that_takes_texts_for_patterns_is_noticed() -> None:
    with pytest.raises(KeyError):
        getattr(OfScreens(TakesTextsForPatterns), NAME)("{seller_id}")


# Preferences


@attrs.frozen
class Sound:
    preferences: Preferences

    def of(self, seller_id: str) -> Preference:
        return self.preferences.of(seller_id)


class ForgetsTheDefault(Sound):
    def of(self, seller_id: str) -> Preference:
        return self.preferences.sellers.get(seller_id, Preference())


class DefaultForEverybody(Sound):
    def of(self, seller_id: str) -> Preference:
        del seller_id
        return self.preferences.default


class WhateverItsCase(Sound):
    def of(self, seller_id: str) -> Preference:
        sellers = {key.lower(): each for key, each in self.preferences.sellers.items()}
        return sellers.get(seller_id.lower(), self.preferences.default)


class CutsIds(Sound):
    def of(self, seller_id: str) -> Preference:
        sellers = {key[:100]: each for key, each in self.preferences.sellers.items()}
        return sellers.get(seller_id[:100], self.preferences.default)


class AddsTheDefault(Sound):
    """Mixes the recipients of the default into each seller's own."""

    def of(self, seller_id: str) -> Preference:
        own = self.preferences.of(seller_id)
        return attrs.evolve(own, recipients=own.recipients + self.preferences.default.recipients)


class OfPreferences(PreferenceSourceContract):
    def __init__(self, kind: type[Sound]) -> None:
        self.kind = kind

    def make_preferences(self, preferences: Preferences) -> PreferenceSource:
        return self.kind(preferences)


EACH = "test_each_seller_gets_their_own_or_the_default"
STORED = "test_a_preference_is_returned_as_it_was_stored"


@pytest.mark.parametrize(
    ("kind", "test", "given"),
    [
        (ForgetsTheDefault, EACH, ()),
        (ForgetsTheDefault, STORED, (1,)),
        (DefaultForEverybody, EACH, ()),
        (WhateverItsCase, EACH, ()),
        (CutsIds, EACH, ()),
        (AddsTheDefault, EACH, ()),
    ],
)
def test_a_fault_of_a_preference_source_is_noticed(
    kind: type[Sound], test: str, given: tuple[int, ...]
) -> None:
    assert not fails(OfPreferences(Sound), test, *given)
    assert fails(OfPreferences(kind), test, *given)


@pytest.mark.parametrize("field", attrs.fields(Preference), ids=lambda field: field.name)
def test_a_setting_of_a_preference_that_is_lost_is_noticed(field: Any) -> None:  # noqa: ANN401
    class Loses(Sound):
        def of(self, seller_id: str) -> Preference:
            return attrs.evolve(self.preferences.of(seller_id), **{field.name: field.default})

    assert fails(OfPreferences(Loses), STORED, 2)
