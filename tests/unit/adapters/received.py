"""A mail as the bytes that a server received: read by hand, not by the library that wrote it."""

from __future__ import annotations

import email
import re
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default

HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("MIME-Version", "Content-Type"),
)
"""The headers of every mail, in their order."""

FORGED = "=?utf-8?q?1=0d=0aReply-To:_m=40evil.example=0d=0a=0d=0aPay_at_http://evil.example?="
"""An encoded word that brings a header and a body along, once it is decoded."""

ENCODED_WORDS = [
    FORGED,
    "=?utf-8?b?MQ0KQmNjOiBtQGV2aWwuZXhhbXBsZQ==?=",  # Bcc, in Base64
    "=?UTF-8*en?Q?a=0Db=0AX-Spam:_no?=",  # with a language, as RFC 2231 has it
    "=?utf-7?q?+AA0ACg-X-Spam:_no?=",
    "=?utf-16?b?AA0ACgBY?=",
    "=?unknown?q?=0d=0aX:_1?=",
    "=?utf-8?q?=3D=3Futf-8=3Fq=3F=0D=0AX:_1=3F=3D?=",  # one within another
    "=?utf-8?q?a?= =?utf-8?q?=0d=0aX:_1?=",
    "a=?utf-8?q?=0d=0aX:_1?=b",
    "=?utf-8?q?=E2=80=AE=C2=85=E2=80=A8?=",
    "=?utf-8?q?\N{LATIN SMALL LETTER E WITH ACUTE}?=",
    "=?utf-8?q?",
    "=?",
    "?=",
]


class Received:
    """A mail that a server received.

    Attributes:
        headers: The names and values of its headers, in their order. Encoded words are decoded.
        parts: The type and text of each part of the body.
    """

    def __init__(self, content: bytes) -> None:
        head, _, _ = content.partition(b"\r\n\r\n")
        assert head.isascii()
        lines = head.decode().split("\r\n")
        assert max(map(len, lines)) <= 998  # RFC 5322, section 2.1.1
        unfolded: list[str] = []
        for line in lines:
            if line[0] in " \t":
                assert line.strip(), "a line of white space alone ends the head for some programs"
                unfolded[-1] += line
            else:
                unfolded.append(line)
        fields = [re.fullmatch(r"([\x21-\x39\x3b-\x7e]+): ?(.*)", each) for each in unfolded]
        self.headers = [
            (field[1], str(make_header(decode_header(field[2])))) for field in fields if field
        ]
        assert len(self.headers) == len(unfolded)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.parts = [_part(part) for part in message.iter_parts()]

    def __getitem__(self, name: str) -> str:
        (value,) = [value for each, value in self.headers if each == name]
        return value


def _part(part: object) -> tuple[str, str]:
    assert isinstance(part, EmailMessage)
    assert {*part.keys()} <= {"Content-Type", "Content-Transfer-Encoding", "MIME-Version"}
    return part.get_content_type(), part.get_content()
