"""Our preference sources keep their contract: plain data, a settings file, and the database."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from orderflow.adapters.sql import SqlPreferences
from orderflow.notifier import load_settings
from orderflow.testing.preference_source_contract import PreferenceSourceContract
from tests.databases import empty, postgres, sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Engine

    from orderflow.notices import Preference, Preferences
    from orderflow.ports import PreferenceSource

SETTINGS = {"mail": "mail", "webhook": "webhooks", "log": "logs"}


class TestPlainData(PreferenceSourceContract):
    def make_preferences(self, preferences: Preferences) -> PreferenceSource:
        return preferences


class TestSettingsFile(PreferenceSourceContract):
    @pytest.fixture(autouse=True)
    def folder(self, tmp_path: Path) -> None:
        self.file = tmp_path / "notices.json"

    def make_preferences(self, preferences: Preferences) -> PreferenceSource:
        sellers = {seller_id: _as_data(each) for seller_id, each in preferences.sellers.items()}
        data = {"default": _as_data(preferences.default), "sellers": sellers}
        self.file.write_text(json.dumps(data), encoding="utf-8")
        return load_settings(self.file).preferences


def _as_data(preference: Preference) -> dict[str, Any]:
    recipients: dict[str, list[str]] = {}
    for each in preference.recipients:
        recipients.setdefault(SETTINGS[each.channel], []).append(each.address)
    return {
        **recipients,
        "kinds": {kind.value: timing.value for kind, timing in preference.timings},
        "opted_out": preference.opted_out,
        "digest_at": preference.digest_at.isoformat(),
        "zone": str(preference.zone),
    }


class _SqlContract(PreferenceSourceContract):
    _engine: Engine

    def make_preferences(self, preferences: Preferences) -> PreferenceSource:
        empty(self._engine)
        source = SqlPreferences(self._engine)
        source.set(preferences.default)
        for seller_id, each in preferences.sellers.items():
            source.set(each, seller_id)
        return source


class TestSqlitePreferences(_SqlContract):
    @pytest.fixture(autouse=True)
    def engine(self, tmp_path: Path) -> Iterator[None]:
        self._engine = sqlite(tmp_path / "orderflow.db", synchronous="OFF")
        yield
        self._engine.dispose()


class TestPostgresPreferences(_SqlContract):
    @pytest.fixture(autouse=True)
    def engine(self) -> Iterator[None]:
        with postgres() as self._engine:
            yield
