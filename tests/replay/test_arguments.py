"""What no replay can run with is refused before it begins, by its name."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from orderflow import InvalidValueError
from orderflow.replay import (
    HistoryRules,
    Replay,
    ReplenishmentRule,
    SellerBehaviour,
    Settings,
    read_history,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("kind", "field", "values"),
    [
        (HistoryRules, "cancellation_prefix", [" ", "C\n", 5]),
        (HistoryRules, "free_is_found", [1, None]),
        (Settings, "policy", ["NEVER", None]),
        (Settings, "rule", [7, None]),
        (Settings, "calendar", ["leeds", None]),
        (Settings, "behaviour", [True, None]),
        (Settings, "books_in", ["08:00", None]),
        (SellerBehaviour, "split", [1, None]),
        (SellerBehaviour, "patience", [timedelta.max, timedelta(0), 5]),
        (SellerBehaviour, "returns_to_stock", ["no", None]),
        (ReplenishmentRule, "seed", [10**5_000, -1, 1.5, "1", None]),
        (ReplenishmentRule, "lead_days_max", [10**5_000, 3_651, -1, None]),
    ],
)
def test_a_setting_of_a_replay_is_refused_by_its_name(
    kind: type, field: str, values: list[object]
) -> None:
    for value in values:
        with pytest.raises(InvalidValueError) as refusal:
            kind(**{field: value})
        assert refusal.value.field == f"{kind.__name__}.{field}"


def test_a_preset_that_there_is_not_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidValueError, match=r"^read_history.preset must be one of PLAIN"):
        read_history(tmp_path / "none.csv", preset="LEMONADE")


@pytest.mark.parametrize("units", [-1, 10**12 + 1, "5", None])
def test_an_opening_stock_that_none_can_be_is_refused_before_the_replay(units: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValueError, match=r"^Replay.opening\['MUG'\] must be a whole number"):
        Replay(opening={"MUG": units})
