"""Carry out blocks of Python in one session, as somebody who types them in.

It runs in the environment of the page, which has nothing of the tests. Each line of the input is
a block as JSON; so is each answer: null, or what went wrong.
"""

from __future__ import annotations

import doctest
import json
import os
import sys
import traceback

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE | doctest.IGNORE_EXCEPTION_DETAIL


def carry_out(text: str, page: str, line: int, names: dict[str, object]) -> str | None:
    """Carry a block out, and return what went wrong."""
    try:
        if text.lstrip().startswith(">>> "):
            test = doctest.DocTestParser().get_doctest(text, names, page, page, line - 1)
            said: list[str] = []
            runner = doctest.DocTestRunner(verbose=False, optionflags=OPTIONS)
            failed = runner.run(test, out=said.append, clear_globs=False).failed
            names.update(test.globs)
            return "".join(said) if failed else None
        exec(compile("\n" * (line - 1) + text, page, "exec"), names)  # noqa: S102 - of the page
    except BaseException:  # noqa: BLE001 - reported to the script, whatever it is
        return traceback.format_exc()
    return None


def main() -> None:
    """Carry out what comes in, until it ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what the page prints is not an answer
    sys.path.insert(0, "")
    names: dict[str, object] = sys.modules["__main__"].__dict__
    for line in sys.stdin:
        print(json.dumps(carry_out(**json.loads(line), names=names)), file=answers, flush=True)


if __name__ == "__main__":
    main()
