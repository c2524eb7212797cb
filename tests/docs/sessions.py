"""Pages that show a session at the command line: what is typed, and what is answered.

A block in the language `console` holds commands after `$ `, continued after `> `, each with its
output behind it. Commands of orderflow run in this process, all others in a shell, in one folder
and one environment for the whole page. A block after a comment `<!-- mail: WORDS -->` holds the
mail that has arrived by then with these words in its subject.
"""

from __future__ import annotations

import re
import shlex
import subprocess
from contextlib import chdir
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

from tests.cli.runner import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.adapters.servers import MailBox

__all__ = ["Session"]

_BLOCKS = re.compile(
    r"(?P<begin>```console\n)(?P<typed>.*?)(?P<end>```)"
    r"|(?P<mark><!-- mail: (?P<words>.*?) -->\n\n```text\n)(?P<mail>.*?)```",
    re.DOTALL,
)


class Session:
    """A session in a folder, with a mail server that takes what is sent.

    Args:
        folder: Where the commands run.
        box: What the mail server has taken.
        ports: What to type in place of the port that the page names, by that.
    """

    def __init__(self, folder: Path, box: MailBox, ports: dict[str, str]) -> None:
        self._folder = folder
        self._box = box
        self._ports = ports
        self._environment: dict[str, str] = {}

    def redrawn(self, page: str) -> str:
        """Type all commands of a page, and return its text with what is answered now."""
        return _BLOCKS.sub(self._block, page)

    def _block(self, found: re.Match[str]) -> str:
        if found["mark"]:
            return f"{found['mark']}{self._mail(found['words'])}```"
        typed = "".join(
            f"$ {command.replace(chr(10), f'{chr(10)}> ')}\n{self._type(command)}"
            for command in _commands(found["typed"])
        )
        return f"{found['begin']}{typed}{found['end']}"

    def _type(self, command: str) -> str:
        for named, port in self._ports.items():
            command = command.replace(named, port)
        program, *arguments = shlex.split(command) if "<<" not in command else [""]
        if program == "export":
            self._environment |= dict(each.split("=", 1) for each in arguments)
            return ""
        if program == "orderflow":
            with chdir(self._folder):
                output = run(*arguments, environment=self._environment).output
        else:
            output = subprocess.run(  # noqa: S603 - a command of the page
                ["/bin/sh", "-e", "-c", command],
                check=True,
                stdout=subprocess.PIPE,
                cwd=self._folder,
                text=True,
            ).stdout
        return "".join(f"{line.rstrip()}\n" for line in output.splitlines())

    def _mail(self, words: str) -> str:
        """Return the text of a mail that has arrived."""
        mails = [
            message_from_bytes(envelope.content, policy=policy.default)
            for envelope in self._box.envelopes
        ]
        mail = next(each for each in mails if words in str(each["Subject"]))
        headers = "".join(f"{name}: {mail[name]}\n" for name in ("From", "To", "Subject"))
        body = mail.get_body(("plain",))
        assert body is not None
        text = "\n".join(body.get_content().strip().splitlines())
        return f"{headers}\n{text}\n"


def _commands(typed: str) -> Iterator[str]:
    """Yield the commands of a block, without what is answered."""
    command: list[str] = []
    for line in typed.splitlines():
        if line.startswith("$ "):
            if command:
                yield "\n".join(command)
            command = [line.removeprefix("$ ")]
        elif line.startswith("> "):
            command.append(line.removeprefix("> "))
    if command:
        yield "\n".join(command)
