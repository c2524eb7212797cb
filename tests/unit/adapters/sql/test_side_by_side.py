"""Processes of two releases work on the same tables at the same time.

Usually the newer one is an artificial next release. Before a release, use the one before as the
older one: set `ORDERFLOW_TEST_PREVIOUS` to the folder in which its package `orderflow` is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text

from orderflow.adapters.sql import Tables
from orderflow.codec import dumps
from tests.drills.failing_life import expected, life
from tests.unit.adapters.sql import one_process
from tests.unit.adapters.sql.next_release import PRESENT, make_next_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Engine

    Ask = Callable[..., Any]

PREVIOUS = os.environ.get("ORDERFLOW_TEST_PREVIOUS")


@contextmanager
def process(source: Path, engine: Engine) -> Iterator[Ask]:
    """Start a process of a release, and return a function that asks it for something."""
    url = engine.url.render_as_string(hide_password=False)
    with subprocess.Popen(  # noqa: S603 - the source of this repository
        [sys.executable, one_process.__file__, url],
        env={**os.environ, "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": ""},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        asked, answers = running.stdin, running.stdout

        def ask(task: str, argument: object = "") -> Any:  # noqa: ANN401 - any JSON
            asked.write(f"{task} {argument}\n")
            asked.flush()
            return json.loads(answers.readline() or '"it has ended"')

        yield ask
        asked.close()


@pytest.fixture(name="sources", scope="module")
def _sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return where the older and the newer release are."""
    if PREVIOUS:
        return Path(PREVIOUS), PRESENT.parent
    return PRESENT.parent, make_next_release(tmp_path_factory.mktemp("next"))


def test_two_releases_share_the_tables_of_the_newer_one(
    sources: tuple[Path, Path], engine: Engine
) -> None:
    Tables.default().metadata.drop_all(engine)
    older, newer = sources
    with ExitStack() as running:
        old = running.enter_context(process(older, engine))
        before = old("upgrade") or old("upgrade")
        commands = life()
        answers = [dumps(outcome) for outcome in expected(commands)]
        assert [old("handle", dumps(command)) for command in commands[:4]] == answers[:4]

        new = running.enter_context(process(newer, engine))
        assert new("upgrade") == before or engine.dialect.name == "sqlite"  # opened, so upgraded
        late = running.enter_context(process(older, engine))  # it starts after the upgrade
        assert late("upgrade") == new("upgrade")

        turns = cycle((old, new, late))
        found = [ask("handle", dumps(each)) for each, ask in zip(commands, turns, strict=False)]
        assert found == answers
        next(turns)  # now each command is repeated by another process
        found = [ask("handle", dumps(each)) for each, ask in zip(commands, turns, strict=False)]
        assert found == answers

        assert old("orders", "acme") == new("orders", "acme") == late("orders", "acme")
        assert old("check") == []
        # The artificial release writes a channel that no order has.
        assert [each for each in new("check") if "sales_channel" not in each] == []
        relayed = [number for ask in (old, new, late) for number in ask("relay", 20)]
        relayed += new("relay", 1_000)
        assert len(relayed) == len(set(relayed)) == count_events(engine)
    if not PREVIOUS:
        with engine.connect() as connection:
            channels = connection.execute(text("SELECT sales_channel FROM orderflow_orders")).all()
        assert {row[0] for row in channels} == {None, "web"}  # the older one has not cleared it


def count_events(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(Tables.default().events.c.number)).all())
