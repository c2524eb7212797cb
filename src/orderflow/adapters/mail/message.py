"""Writes bulletins as mails, in plain text and HTML, from templates that a host can replace.

Customers and sellers choose the names in orders, so a bulletin is not trusted. Text in HTML is
escaped, ids in links are percent-encoded, and every header is one line.

A name can contain an encoded word of RFC 2047, such as ``=?utf-8?q?...?=``. The `email` package
decodes it in every header that it is given, and some versions of Python then write its line ends
as they are. So the subject encodes itself, and an address with an encoded word is refused.
"""

from __future__ import annotations

import hashlib
import re
from email.errors import MessageError
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

import attrs

from orderflow.adapters.mail.server_name import is_server
from orderflow.domain.model import validators
from orderflow.errors import InvalidValueError, MissingExtraError, NoticeError
from orderflow.wording.notices import NoticeWording, subject_line, to_paragraph

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from email.policy import Policy
    from os import PathLike

    from jinja2 import Environment

    from orderflow.notices import Bulletin
    from orderflow.wording.notices import Paragraph

__all__ = ["MailWriter", "OrderLink"]

SUBJECT_CHARACTERS_MAX = 150

# Characters that change text direction. With them, a name could make a line read differently.
_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

# A subset of RFC 5321 and 6531: no quoted names, and no addresses in brackets. Both need characters
# that other programs take for the end of the address.
_ADDRESS = re.compile(r'[^\s"(),:;<>@\[\\\]]+@[^\s"(),:;<>@\[\\\]]+')

# What RFC 3986 allows, so that no two programs find different hosts in it.
_LINK = re.compile(
    r"(?i:https?)://(?:[\w.-]+|\[[0-9a-fA-F:.]+\])(?::[0-9]{1,5})?"
    r"[/?#](?:[\w.~:/?#@!$&'()*+,;=\[\]-]|%[0-9a-fA-F]{2}|\{order_id\}|\{seller_id\})*",
    re.ASCII,
)

_ENCODED_WORD = "=?"  # how one begins
_BEYOND_ASCII = re.compile("[^\x00-\x7f]")


@attrs.frozen
class OrderLink:
    """The URL of an order's page, such as ``https://shop.example/orders/{order_id}``.

    ``{order_id}`` and ``{seller_id}`` are replaced by the percent-encoded ids.

    >>> OrderLink("https://shop.example/{seller_id}/orders/{order_id}").to("acme", "1/2?")
    'https://shop.example/acme/orders/1%2F2%3F'
    """

    pattern: str = attrs.field()

    @pattern.validator
    def _check_pattern(self, _attribute: object, value: str) -> None:
        validators.require(
            ok=bool(_LINK.fullmatch(value))
            and "{order_id}" in value
            and not _has_dots(value)
            and _has_server(value),
            field="OrderLink.pattern",
            demand=(
                "an http or https URL with {order_id} after a possible host and port, in ASCII, "
                "without a user, spaces, other braces, and the path parts '.' and '..'"
            ),
            value=value,
        )

    def to(self, seller_id: str, order_id: str) -> str:
        """Return the link to an order, or an empty text if a link cannot name it.

        Programs remove the parts ``.`` and ``..`` from a path, even if they are percent-encoded.
        """
        # An encoded id contains no braces, so it cannot be taken for the other placeholder.
        linked = self.pattern.replace("{seller_id}", _encoded(seller_id))
        linked = linked.replace("{order_id}", _encoded(order_id))
        return "" if _has_dots(linked) else linked


def _has_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return is_server(parts.hostname or "", parts.port)
    except ValueError:  # the port is above the largest one, or the host is no address
        return False


def _has_dots(url: str) -> bool:
    """Whether a part of the path is ``.`` or ``..``, plain or percent-encoded."""
    path = re.split("[?#]", url, maxsplit=1)[0]
    return any(unquote(part) in {".", ".."} for part in path.split("/"))


@attrs.frozen
class LinkedParagraph:
    """A paragraph, as templates see it. Without a link to the order, `link` is empty."""

    heading: str
    lines: tuple[str, ...]
    link: str


class _Subject(str):
    """A subject that arrives as it is: an encoded word in it is encoded once more.

    The `email` package writes a header that has a name by its `fold`, and does not parse it.
    """

    __slots__ = ()
    name = "Subject"

    def fold(self, *, policy: Policy) -> str:
        """Return the header as lines of ASCII."""
        is_plain = self.isascii() and _ENCODED_WORD not in self
        header = Header(str(self), "us-ascii" if is_plain else "utf-8", header_name=self.name)
        return f"{self.name}: {header.encode(linesep=policy.linesep)}{policy.linesep}"


class MailWriter:
    """Writes bulletins as mails.

    Args:
        sender: The address that mails come from, such as ``orders@shop.example`` or
            ``Orders <orders@shop.example>``.
        link: The URL of an order's page. If omitted, mails have no links.
        templates: A folder with a `bulletin.txt`, a `bulletin.html` or both, which replace the
            built-in templates. They are Jinja2 templates, and are trusted. They see `bulletin`,
            `subject`, `wording`, `period`, and `paragraphs`, each with `heading`, `lines` and
            `link`.
        wording: Returns the language and the time zone for a seller id. Default: English and UTC.

    Raises:
        InvalidValueError: If the sender is not a mail address.
        MissingExtraError: If Jinja2 is not installed.
    """

    def __init__(
        self,
        sender: str,
        *,
        link: OrderLink | None = None,
        templates: str | PathLike[str] | None = None,
        wording: Callable[[str], NoticeWording] | None = None,
    ) -> None:
        self._templates = _environment(templates)
        self._sender = sender_of(sender)
        self._link = link
        self._wording = wording

    @property
    def sender(self) -> str:
        """The address that mails come from, without a display name."""
        return self._sender.addr_spec

    def write(self, address: str, bulletin: Bulletin, now: datetime) -> EmailMessage:
        """Write a bulletin to an address.

        Raises:
            NoticeError: If the address is not valid. The error is final.
        """
        wording = self._wording(bulletin.seller_id) if self._wording else NoticeWording()
        subject = _Subject(_one_line(subject_line(bulletin, wording)))
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self._sender
        mail["To"] = _recipient(address)
        mail["Subject"] = subject
        mail["Date"] = format_datetime(now)
        mail["Message-ID"] = f"<{_digest(bulletin.bulletin_id, address)}@{self._sender.domain}>"
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: suppresses out-of-office replies
        variables = {
            "bulletin": bulletin,
            "subject": str(subject),
            "wording": wording,
            "period": _period(bulletin, wording),
            "paragraphs": [
                self._linked(bulletin, to_paragraph(each, wording)) for each in bulletin.notices
            ],
        }
        mail.set_content(self._templates.get_template("bulletin.txt").render(variables))
        html = self._templates.get_template("bulletin.html").render(variables)
        mail.add_alternative(html, subtype="html")
        return mail

    def _linked(self, bulletin: Bulletin, paragraph: Paragraph) -> LinkedParagraph:
        return LinkedParagraph(
            _plain(paragraph.heading),
            tuple(_plain(line) for line in paragraph.lines),
            self._link.to(bulletin.seller_id, paragraph.order_id) if self._link else "",
        )


def _period(bulletin: Bulletin, wording: NoticeWording) -> str:
    if bulletin.since is None or bulletin.until is None:
        return ""
    moments = {"since": bulletin.since, "until": bulletin.until}
    return wording.text("period", **{name: wording.moment(at) for name, at in moments.items()})


def _environment(templates: str | PathLike[str] | None) -> Environment:
    try:
        import jinja2  # noqa: PLC0415 - settings can be read without the extra
    except ModuleNotFoundError as error:
        raise MissingExtraError("jinja2", "mail") from error
    built_in = jinja2.PackageLoader("orderflow.adapters.mail")
    custom = [jinja2.FileSystemLoader(templates)] if templates is not None else []
    return jinja2.Environment(
        loader=jinja2.ChoiceLoader([*custom, built_in]),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )


def sender_of(text: str, field: str = "MailWriter.sender") -> Address:
    """Return the address that mails come from.

    Raises:
        InvalidValueError: If it is not a mail address.
    """
    name, bracket, rest = text.rpartition("<")
    address = rest.removesuffix(">") if bracket else text
    demand = "a mail address in ASCII, such as 'orders@shop.example'"
    validators.require(ok=address.isascii(), field=field, demand=demand, value=text)
    try:
        return _address(address, name.strip())
    except ValueError as error:
        raise InvalidValueError(field, f"{demand}, without encoded words", text) from error


def _recipient(text: str) -> Address:
    try:
        return _address(text)
    except ValueError as error:
        raise _no_address(text) from error


def _address(text: str, name: str = "") -> Address:
    """Return an address with its display name.

    Raises:
        ValueError: If it is none, or would be changed on its way into a header.
    """
    whole = f"{name}{text}"
    if not _ADDRESS.fullmatch(text) or not whole.isprintable() or _ENCODED_WORD in whole:
        raise ValueError(text)
    try:
        # RFC 6531 allows letters beyond ASCII, but the parser rejects them.
        Address(addr_spec=_BEYOND_ASCII.sub("x", text))
    except (MessageError, IndexError) as error:
        raise ValueError(text) from error
    username, _, domain = text.rpartition("@")
    return Address(name, username=username, domain=domain)


def _no_address(text: str) -> NoticeError:
    way_out = "fix it in the preferences"
    return NoticeError(f"mail:{text}", "it is not a mail address", way_out, is_final=True)


def _digest(*texts: str) -> str:
    joined = "\x00".join(texts).encode(errors="backslashreplace")
    return hashlib.sha256(joined).hexdigest()[:40]


def _encoded(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _plain(text: str) -> str:
    """Return a text as one line, with unprintable characters made visible."""
    shown = _DIRECTIONS.sub("", " ".join(text.split()))
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in shown)


def _one_line(text: str) -> str:
    line = _plain(text)
    cut = SUBJECT_CHARACTERS_MAX - 1
    return line if len(line) <= SUBJECT_CHARACTERS_MAX else f"{line[:cut]}…"
