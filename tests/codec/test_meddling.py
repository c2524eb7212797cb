"""Data that somebody has meddled with load or are refused, and nothing else happens."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any, get_args

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from orderflow.codec import dumps, loads, to_data
from orderflow.domain.model.commands import Command
from orderflow.domain.model.events import Event
from orderflow.domain.model.order import Order
from orderflow.domain.model.outcome import Outcome
from orderflow.errors import CodecError
from tests.codec.things import EDIT, KEY, ORDER, things

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = [*get_args(Command | Event), Outcome, Order]
ODD: list[Any] = [None, True, 0, -1, 2**63, 1.5, "", "A", "OTHER", "AddLine", [], {}, ["A", 1]]

many = settings(
    suppress_health_check=[HealthCheck.too_slow], max_examples=2 * settings().max_examples
)


def places(data: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401 - any JSON
    """Return every place in the data, as what holds it and the key that it has there."""
    keys: list[Any] = []
    if isinstance(data, dict | list):
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    inner = [place for key in keys for place in places(data[key])]
    return [(data, key) for key in keys] + inner


def near(value: Any) -> list[Any]:  # noqa: ANN401 - any JSON
    """Return values that might stand there just as well."""
    if type(value) is int:
        return [value + 1, value * 2]
    if isinstance(value, str):
        return [value.replace("0", "1"), f"{value}1"]
    if isinstance(value, list):
        return [value[:-1], value[::-1], value + value[:1]]
    return [not value] if isinstance(value, bool) else [value]


def meddle(envelope: dict[str, Any], draw: Callable[[st.SearchStrategy[Any]], Any]) -> None:
    """Change one thing, mostly so little that nobody need notice."""
    how = draw(st.sampled_from(["near"] * 6 + ["odd", "less", "more"]))
    place, key = draw(st.sampled_from(places(envelope["data"] if how == "near" else envelope)))
    if how == "odd":
        place[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    elif how == "less" and isinstance(place, dict):
        del place[key]
    elif how == "more" and isinstance(place, dict):
        place[draw(st.sampled_from(["type", "more", "sku", ""]))] = place[key]
    else:
        place[key] = draw(st.sampled_from(near(place[key])))


def test_data_that_were_meddled_with_load_or_are_refused() -> None:
    loaded, refused = [], []

    @given(st.data())
    @many
    def run(data: st.DataObject) -> None:
        before = to_data(data.draw(st.sampled_from(KINDS).flatmap(things)))
        after = copy.deepcopy(before)
        meddle(after, data.draw)
        assume(after != before)
        try:
            thing = loads(json.dumps(after))
        except CodecError as error:
            refused.append(error.faults)
        else:
            loaded.append(after)
            assert loads(dumps(thing)) == thing

    run()
    assert all(fault.startswith("$") and ": " in fault for faults in refused for fault in faults)
    assert len(refused) < 2 * len(loaded) < 10 * len(refused), (len(loaded), len(refused))


@given(st.sampled_from([dumps(ORDER), dumps(EDIT), dumps(KEY)]), st.data())
@many
def test_text_that_was_meddled_with_loads_or_is_refused(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    new = data.draw(st.text('{}[]",:0eN-\\u\x00é', max_size=3))
    try:
        thing = loads(f"{text[:start]}{new}{text[end:]}")
    except CodecError:
        return
    assert loads(dumps(thing)) == thing
