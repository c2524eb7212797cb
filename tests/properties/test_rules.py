"""Each rule holds of whatever history is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from orderflow.testing.strategies import CommandHistory, histories
from tests.properties.rules import RULES
from tests.properties.runs import SCOPE, Run

# There are many rules, and what is drawn for one is as good for all.
EXAMPLES = settings().max_examples // 2


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=EXAMPLES)
@given(history=histories(SCOPE))
def test_the_rule_holds(rule: str, history: CommandHistory) -> None:
    assert list(RULES[rule](Run(history))) == []
