"""Sends bulletins by mail, through an SMTP server. Needs the extra `mail`."""

from orderflow.adapters.mail.message import MailWriter, OrderLink
from orderflow.adapters.mail.smtp import MailChannel, MailServer, Security

__all__ = ["MailChannel", "MailServer", "MailWriter", "OrderLink", "Security"]
