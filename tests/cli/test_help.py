"""Help texts: each command has an example, each option says what it does."""

from __future__ import annotations

from enum import StrEnum
from typing import get_type_hints

import attrs
import pytest
import typer.core

from orderflow import AllocationPolicy
from orderflow.cli.app import app
from orderflow.cli.options.from_settings import attribute_texts
from orderflow.cli.options.import_file import ColumnNames, HistoryForm
from orderflow.cli.options.working_hours import ReplayHours
from orderflow.replay import HistoryRules, ReplenishmentRule, SellerBehaviour
from tests.cli.reference import PAGE, commands, options, redrawn
from tests.cli.runner import flat, get_command, run

SETTINGS = [
    AllocationPolicy,
    ColumnNames,
    HistoryForm,
    HistoryRules,
    SellerBehaviour,
    ReplayHours,
    ReplenishmentRule,
]


def test_without_a_command_the_commands_are_listed() -> None:
    result = run()
    assert "demo" in result.output
    assert "replay" in result.output
    assert run("-h").exit_code == 0


def test_the_version_is_shown() -> None:
    assert run("--version").stdout.startswith("orderflow 0.")


@pytest.mark.parametrize("command", ["cut-off", "demo", "replay"])
def test_each_command_has_an_example_that_works(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert f"Example: orderflow {command}" in flat(result.stdout)


@pytest.mark.parametrize("command", commands())
def test_each_option_says_what_it_does(command: str) -> None:
    assert [each.names for each in options(command) if not each.text] == []


@pytest.mark.parametrize("kind", SETTINGS, ids=lambda kind: kind.__name__)
def test_each_setting_is_an_option_with_the_text_of_its_docstring(kind: type) -> None:
    texts = attribute_texts(kind)
    found = {each.names: each.text for each in options("replay")}
    for field in attrs.fields(kind):
        assert found[f"--{field.name.replace('_', '-')}"] == texts[field.name] != ""


def test_choices_are_the_values_of_the_enums() -> None:
    found = {each.names: each.values for each in options("replay")}
    for name, hint in get_type_hints(AllocationPolicy).items():
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            assert found[f"--{name.replace('_', '-')}"] == " ".join(hint)


def test_the_reference_names_every_command_and_option_as_it_is() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == redrawn(page), "python -m tests.cli.reference --write redraws it"
    for command in commands():
        assert f"## `orderflow {command}`" in page


def test_the_reference_would_be_stale_if_an_option_changed() -> None:
    page = PAGE.read_text(encoding="utf-8")
    stale = page.replace("--cut-off", "--cutoff")
    assert stale != redrawn(stale) == page


def test_every_command_of_the_app_is_known() -> None:
    group = get_command(app)
    assert isinstance(group, typer.core.TyperGroup)
    names = list(dict.fromkeys(name.split()[0] for name in commands()))
    assert list(group.commands) == names
