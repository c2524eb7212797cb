"""Sends mails through an SMTP server, with one connection for each mail."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

import attrs

from orderflow.domain.model import validators
from orderflow.domain.model.terms import Term
from orderflow.errors import NoticeError
from orderflow.wording.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from email.message import EmailMessage

    from orderflow.adapters.mail.message import MailWriter
    from orderflow.notices import Bulletin

__all__ = ["MailChannel", "MailServer", "Security"]

PERMANENT = 500
RESPONSE_CHARACTERS_MAX = 500
PORT_MAX = 65_535


class Security(Term):
    """How the connection to a mail server is encrypted."""

    STARTTLS = "STARTTLS"
    """Start in plain text, then switch to TLS. If that fails, nothing is sent."""
    TLS = "TLS"
    """Encrypt from the start."""
    NONE = "NONE"
    """No encryption, for a server on the same machine."""


@attrs.frozen(kw_only=True)
class MailServer:
    """The mail server.

    Attributes:
        host: Its host name.
        port: Its port: 587 for `STARTTLS`, 465 for `TLS`, 25 between servers.
        security: How the connection is encrypted.
        user: The user to log in as. If omitted, mails are sent without a login.
        password: The user's password.
        timeout_s: The seconds to wait for a response.
    """

    host: str = attrs.field(validator=validators.identifier)
    port: int = attrs.field(default=587)
    security: Security = attrs.field(
        default=Security.STARTTLS, validator=validators.one_of(Security)
    )
    user: str | None = attrs.field(
        default=None, validator=attrs.validators.optional(validators.identifier)
    )
    password: str | None = attrs.field(default=None, repr=False)
    timeout_s: int = attrs.field(default=30, validator=validators.whole(1, validators.SECONDS_MAX))

    @port.validator
    def _check_port(self, _attribute: object, value: object) -> None:
        validators.require(
            ok=validators.is_units(value, 1) and self.port <= PORT_MAX,
            field="MailServer.port",
            demand=f"a port from 1 to {PORT_MAX}",
            value=value,
        )

    def __attrs_post_init__(self) -> None:
        validators.require(
            ok=self.user is None or self.security is not Security.NONE,
            field="MailServer.security",
            demand="STARTTLS or TLS if there is a user, so that the password is encrypted",
            value=self.security.value,
        )
        validators.require(
            ok=(self.user is None) == (self.password is None),
            field="MailServer.user",
            demand="given together with the password",
            value=self.user,
        )


class MailChannel:
    """Sends bulletins by mail.

    Once the server has accepted a mail, it reports later failures to the sender's address. The
    same bulletin has the same Message-ID each time.

    Args:
        server: The mail server.
        writer: Writes the mails.
        now: Returns the current time.
        tls: The trusted certificates. Default: those that this machine trusts.
    """

    def __init__(
        self,
        server: MailServer,
        writer: MailWriter,
        *,
        now: Callable[[], datetime],
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._writer = writer
        self._now = now
        self._tls = tls if tls is not None else ssl.create_default_context()

    def send(self, address: str, bulletin: Bulletin) -> None:
        """Send a bulletin to a mail address.

        Raises:
            NoticeError: If the server did not accept the mail. The error is final if the server
                rejects the recipient or the mail permanently.
        """
        mail = self._writer.write(address, bulletin, self._moment())
        try:
            self._submit(address, mail)
        except (smtplib.SMTPException, OSError) as error:
            raise self._failure(address, error) from error

    def preview(self, address: str, bulletin: Bulletin) -> str:
        """Return the mail as text, without sending it."""
        mail = self._writer.write(address, bulletin, self._moment())
        headers = "".join(f"{name}: {value}\n" for name, value in mail.items())
        body = mail.get_body(("plain",))
        return f"{headers}\n{body.get_content() if body is not None else ''}"

    def _moment(self) -> datetime:
        return validators.require_moment("MailChannel.now()", self._now())

    def _submit(self, address: str, mail: EmailMessage) -> None:
        smtp = self._connect()
        try:
            if self._server.security is Security.STARTTLS:
                smtp.starttls(context=self._tls)
            if self._server.user is not None:
                smtp.login(self._server.user, self._server.password or "")
            smtp.send_message(mail, self._writer.sender, [address])
            with suppress(smtplib.SMTPException, OSError):  # the mail is accepted already
                smtp.quit()
        finally:
            smtp.close()

    def _connect(self) -> smtplib.SMTP:
        host, port, timeout = self._server.host, self._server.port, self._server.timeout_s
        if self._server.security is Security.TLS:
            return smtplib.SMTP_SSL(host, port, timeout=timeout, context=self._tls)
        return smtplib.SMTP(host, port, timeout=timeout)

    def _failure(self, address: str, error: Exception) -> NoticeError:
        server = f"{self._server.host}:{self._server.port}"
        code: int
        said: bytes | str
        match error:
            case smtplib.SMTPRecipientsRefused(recipients=refused):
                code, said = next(iter(refused.values()))
                way_out = "correct the address, or remove it from the preferences"
            case smtplib.SMTPDataError(smtp_code=code, smtp_error=said):
                way_out = "ask the operator of the mail server why it rejects such mails"
            case smtplib.SMTPNotSupportedError():
                code, said = PERMANENT if not address.isascii() else 0, str(error)
                way_out = f"check what {server} supports: STARTTLS, login, addresses beyond ASCII"
            case _:
                # Not the recipient's fault: the login, the sender or the connection.
                code, said = 0, f"{type(error).__name__}: {error}"
                way_out = "it will be tried again; check the server and the settings"
        text = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        text = printable(" ".join(text.split())[:RESPONSE_CHARACTERS_MAX])
        response = f"{code} {text}" if code else text
        final = code >= PERMANENT
        return NoticeError(
            f"mail:{address}", f"mail server {server} said: {response}", way_out, is_final=final
        )
