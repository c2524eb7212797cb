"""A shop whose sellers are told: outbox, relay, notices and digests, and who gets them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from orderflow import MemoryRepository, OrderFlow, Relay
from orderflow.adapters.memory import MemoryNoticeStore, MemoryOutbox
from orderflow.notices import Bulletin, Preference, Preferences, Recipient, kind_of
from orderflow.notifier import DigestSender, NoticeSender
from orderflow.ports import NoticeError
from tests.unit.shop import ACME, Clock, order

if TYPE_CHECKING:
    from orderflow import Outcome

JO = Recipient("mail", "jo@shop.example")
HOOK = Recipient("webhook", "https://shop.example/hook")


class Postman:
    """Keeps what is sent by one channel; some addresses are down, and some are gone for good."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sent: list[tuple[str, Bulletin]] = []
        self.down: set[str] = set()
        self.gone: set[str] = set()

    def send(self, address: str, bulletin: Bulletin) -> None:
        if address in self.down:
            raise NoticeError(address, "no answer", "wait")
        if address in self.gone:
            raise NoticeError(address, "moved away", "take it out", is_final=True)
        self.sent.append((address, bulletin))

    def preview(self, address: str, bulletin: Bulletin) -> str:
        return f"{self.name} to {address}: {bulletin.bulletin_id}"

    def kinds(self) -> list[list[str]]:
        """Return the kinds of the notices in each bulletin."""
        return [[kind_of(each).value for each in bulletin.notices] for _, bulletin in self.sent]

    def orders(self) -> list[str]:
        return [each.order_id for _, bulletin in self.sent for each in bulletin.notices]


class Office:
    """All that it takes to tell the sellers, with a clock that stands still until told."""

    def __init__(
        self,
        preference: Preference | None = None,
        sellers: dict[str, Preference] | None = None,
        **settings: Any,  # noqa: ANN401
    ) -> None:
        self.clock = Clock()
        self.outbox = MemoryOutbox()
        self.repository = MemoryRepository(self.outbox)
        self.flow = OrderFlow(self.repository, clock=self.clock)
        self.mail, self.hook = Postman("mail"), Postman("webhook")
        self.channels = {"mail": self.mail, "webhook": self.hook}
        self.notice_store = MemoryNoticeStore()
        self.passed_over: list[Recipient] = []
        self.preferences = Preferences(
            default=preference or Preference(recipients=(JO,)), sellers=sellers or {}
        )
        self.notices = self.tell(NoticeSender, on_refusal=self._refused, **settings)
        self.relay = Relay(self.outbox, self.notices, clock=self.clock)

    def tell(self, kind: Any, **settings: Any) -> Any:  # noqa: ANN401 - notices or digests
        return kind(
            self.repository,
            self.channels,
            self.preferences,
            self.notice_store,
            clock=self.clock,
            **settings,
        )

    def digests(self, **settings: Any) -> DigestSender:  # noqa: ANN401
        digests: DigestSender = self.tell(DigestSender, **settings)
        return digests

    def take(self, order_id: str, *wanted: tuple[str, int], seller_id: str = ACME) -> Outcome:
        placed_at = self.clock.now()
        return self.flow.seller(seller_id).place(
            order(order_id, *wanted, seller_id=seller_id, placed_at=placed_at)
        )

    def pass_time(self, **time: float) -> None:
        self.clock.moment += timedelta(**time)

    def _refused(self, recipient: Recipient, _: NoticeError) -> None:
        self.passed_over.append(recipient)
