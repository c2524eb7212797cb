from __future__ import annotations

from pathlib import Path

import pytest

import orderflow
from tests.mutants.chosen import chosen
from tests.mutants.score import score
from tests.mutants.survivors import Survivor, accepted, reason_of, survivor_of

NAMES = [f"orderflow.{module}.x_f__mutmut_{n}" for module in ("a", "b") for n in range(50)]
DIFF = """\
# orderflow.a.xǁSomeǁmethod__mutmut_3: survived
--- src/orderflow/a.py
+++ src/orderflow/a.py
@@ -1,3 +1,3 @@
 def method(self):
-    if self.units > 0:
+    if self.units > 1:
         return 1
"""


def test_a_sample_depends_on_its_seed_alone() -> None:
    first = chosen(NAMES, [], 10, 1)
    assert first == chosen(reversed(NAMES), [], 10, 1)
    assert first != chosen(NAMES, [], 10, 2)
    assert len(set(first)) == 10


def test_a_pattern_chooses_names() -> None:
    assert chosen(NAMES, ["*.a.*"], None, 1) == sorted(NAMES[:50])
    assert set(chosen(NAMES, ["*.a.*"], 5, 1)) < set(NAMES[:50])
    assert len(chosen(NAMES, ["*.a.*"], 51, 1)) == 50


def test_a_pattern_without_mutants_is_an_error() -> None:
    with pytest.raises(SystemExit, match=r"no mutant has a name like \*\.c\.\*"):
        chosen(NAMES, ["*.c.*"], None, 1)


@pytest.mark.parametrize(
    ("killed", "rest", "listed", "suffices"),
    [
        (95, ["survived"] * 5, 0, True),
        (94, ["survived"] * 6, 0, False),
        (94, ["survived"] * 6, 2, True),
        (94, ["no tests"] * 6, 0, False),
        (94, ["suspicious"] * 6, 0, False),
        (94, ["timeout"] * 6, 0, True),
        (99, ["not checked"], 0, False),
    ],
)
def test_what_survives_counts_unless_it_is_listed(
    killed: int, rest: list[str], listed: int, *, suffices: bool
) -> None:
    assert score(["killed"] * killed + rest, listed=listed).suffices is suffices


def test_a_score_says_what_it_counts() -> None:
    text = str(score(["killed", "killed", "survived", "survived", "not checked"], listed=1))
    assert text == (
        "2 of 3 mutants were killed: 66.7 %, at least 95 % are required; "
        "1 more are listed with a reason; 1 have not run"
    )


def test_a_survivor_is_named_by_its_function_and_lines() -> None:
    survivor = survivor_of("orderflow.a.xǁSomeǁmethod__mutmut_3", DIFF)
    assert survivor == Survivor(
        "orderflow.a.Some.method", "if self.units > 0:", "if self.units > 1:"
    )
    assert survivor_of("orderflow.a.x_f__mutmut_1", DIFF).function == "orderflow.a.f"


def test_a_survivor_that_is_listed_can_still_be_made() -> None:
    source = Path(orderflow.__file__).parent
    texts = {
        ".".join(("orderflow", *path.relative_to(source).with_suffix("").parts)): " ".join(
            path.read_text(encoding="utf-8").split()
        )
        for path in source.rglob("*.py")
    }
    for survivor, reason in accepted().items():
        module = max((each for each in texts if survivor.function.startswith(f"{each}.")), key=len)
        assert survivor.good in texts[module], survivor
        assert f"def {survivor.function.rpartition('.')[2]}(" in texts[module], survivor
        assert survivor.good != survivor.bad or not survivor.good
        assert reason.endswith("."), survivor


@pytest.mark.parametrize(
    ("good", "bad", "reason"),
    [
        ('raise Error("units are short")', 'raise Error("XXunits are shortXX")', True),
        ('raise Error("units are short")', 'raise Error("UNITS ARE SHORT")', True),
        ('raise Error(f"{n} units", "sku")', 'raise Error(f"{n} units", "SKU")', False),
        ('raise Error(f"{n} units of it")', 'raise Error(f"{None} units of it")', False),
        ('return "sku"', 'return "XXskuXX"', False),
        ('raise Error("no units", 1)', 'raise Error("no units", 2)', False),
        ('"policy"', '"POLICY"', True),
        ('"policy",', '"POLICY",', False),
        ('require("a", of="units")', 'require("a", of="XXunitsXX")', True),
        ('require("a", of="units")', 'require("A", of="units")', False),
        ('cast("Order", order)', 'cast("XXOrderXX", order)', True),
    ],
)
def test_the_words_of_a_message_may_differ(good: str, bad: str, *, reason: bool) -> None:
    survivor = Survivor("orderflow.a.f", good, bad)
    assert (reason_of(survivor, {}) == "the words of a message") is reason
    for listed in (survivor, Survivor(survivor.function)):
        assert reason_of(survivor, {listed: "listed"}) is not None


@pytest.mark.parametrize("good", ["case _: pass", "case _: assert_never(edit)"])
def test_the_last_case_of_a_match_is_for_the_types(good: str) -> None:
    assert reason_of(Survivor("orderflow.a.f", good), {}) == "it does nothing"
    assert reason_of(Survivor("orderflow.a.f", f"{good}; run()"), {}) is None


def test_two_iterables_of_one_length_need_no_check() -> None:
    for bad in ("zip(a, b, strict=False)", "zip(a, b, strict=None)", "zip(a, b, )"):
        survivor = Survivor("orderflow.a.f", "zip(a, b, strict=True)", bad)
        assert reason_of(survivor, {}) == "`strict` is for readers"
