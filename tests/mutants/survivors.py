"""The survivors that are accepted, each with its reason: `survivors.toml`.

A survivor is named by its function and the line that it changes: mutmut's numbers shift whenever
the function changes.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from attrs import frozen

_TEXT = re.compile(r'"[^"]*"')
_FIELD = re.compile(r"\{[^{}]*\}")
_OF_MESSAGE = re.compile(r'(\bof="|\bcast\("|^f?"(?=[^"]*"$))')
_STRICT = re.compile(r"\bstrict=(True|False|None)")
_FOR_TYPES = re.compile(r"(case _: )?(pass|assert_never\([\w.]+\))")
LISTING = Path(__file__).with_name("survivors.toml")


@frozen
class Survivor:
    """A change that no test notices: in this function, these lines become others."""

    function: str
    good: str = ""
    bad: str = ""


def reason_of(survivor: Survivor, accepted: dict[Survivor, str]) -> str | None:
    """Return why a survivor is accepted: it is listed, or it is of a kind that is accepted.

    Tests name the words of a message that matter, and not each whole sentence. `strict` tells
    readers whether two iterables have one length. The last case of a match is for the type
    checkers.
    """
    if _FOR_TYPES.fullmatch(survivor.good):
        return "it does nothing"
    if _STRICT.sub("", survivor.good) == _STRICT.sub("", survivor.bad):
        return "`strict` is for readers"
    good, bad = map(_words_of, (survivor.good, survivor.bad))
    is_same_code = _code_of(survivor.good) == _code_of(survivor.bad)
    if is_same_code and all(a == b or len(a) > 1 for a, b in zip(good, bad, strict=True)):
        return "the words of a message"
    return accepted.get(survivor) or accepted.get(Survivor(survivor.function))


def _words_of(line: str) -> list[list[str]]:
    """Return the words of each text in a line. A single one in the middle of a message is several.

    A line that is nothing but a text is a piece of a message, and `of=` names what it counts. A
    cast is for the type checkers.
    """
    return [text.split() for text in _TEXT.findall(_OF_MESSAGE.sub(r"\1… ", line))]


def _code_of(line: str) -> tuple[str, list[str]]:
    """Return a line without its texts, and the fields in them."""
    return _TEXT.sub("", line), _FIELD.findall(line)


def accepted(text: str | None = None) -> dict[Survivor, str]:
    """Return the reason of each accepted survivor."""
    table = tomllib.loads(LISTING.read_text(encoding="utf-8") if text is None else text)
    return {
        Survivor(each["function"], each.get("good", ""), each.get("bad", "")): each["reason"]
        for each in table.get("survivor", [])
    }


def survivor_of(name: str, diff: str) -> Survivor:
    """Return a survivor from its name and the diff that `mutmut show` prints."""
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++"))]
    return Survivor(
        function_of(name),
        *(" ".join(line[1:].strip() for line in lines if line[:1] == sign) for sign in "-+"),
    )


def function_of(name: str) -> str:
    """Return the function that a mutant changes, as Python names it."""
    module, _, mangled = name.rpartition(".")
    function = mangled.rpartition("__mutmut_")[0]
    return f"{module}.{function.removeprefix('xǁ').replace('ǁ', '.').removeprefix('x_')}"
