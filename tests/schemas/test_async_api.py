"""The AsyncAPI document describes each message of the outbox, and each request of the webhook."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, get_args

import attrs
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from orderflow import MemoryRepository, OrderFlow, Relay
from orderflow.adapters.memory import MemoryOutbox
from orderflow.adapters.webhook import Guard, WebhookChannel
from orderflow.codec import to_data
from orderflow.events import Event
from orderflow.schemas import async_api
from tests.unit.adapters.servers import HOST, web_server
from tests.unit.notices.samples import bulletin, digest, notices
from tests.unit.shop import NOON, order

if TYPE_CHECKING:
    from orderflow.notices import Bulletin
    from orderflow.ports import OutboxMessage

DOCUMENT = async_api()
SECRETS = ["whsec_" + "c2VjcmV0" * 4, "whsec_" + "U2VjcmV0" * 4]


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    whole = {**schema, "components": DOCUMENT["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def message(name: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["messages"][name]
    return found


def test_there_is_a_message_for_each_event() -> None:
    names = {kind.__name__ for kind in get_args(Event)}
    assert set(DOCUMENT["channels"]["outbox"]["messages"]) == names
    assert set(DOCUMENT["components"]["messages"]) == {*names, "bulletin", "digest"}
    assert message("OrderPutOnBackOrder")["title"] == "Order put on back order"


def test_every_reference_leads_to_something() -> None:
    for path in set(re.findall('"#/([^"]+)"', json.dumps(DOCUMENT))):
        place: Any = DOCUMENT
        for step in path.split("/"):
            place = place[step]
        assert place


def test_the_messages_of_an_outbox_follow_it() -> None:
    sent: list[OutboxMessage] = []

    class Receiver:
        def notify(self, message: OutboxMessage) -> None:
            sent.append(message)

    outbox = MemoryOutbox()
    acme = OrderFlow(MemoryRepository(outbox)).seller("acme")
    acme.place(order("A"), at=NOON)
    acme.cancel("A", at=NOON)
    Relay(outbox, Receiver()).run()
    assert len(sent) > 2
    for each in sent:
        name = type(each.event).__name__
        validator(message(name)["payload"]).validate(to_data(each.event))
        headers = attrs.asdict(each, recurse=False, filter=lambda field, _: field.name != "event")
        validator(message(name)["headers"]).validate(headers)


@pytest.mark.parametrize(
    ("name", "told"), [("bulletin", bulletin(*notices())), ("digest", digest(*notices()))]
)
def test_the_requests_of_a_webhook_follow_it(name: str, told: Bulletin) -> None:
    with web_server() as (hook, port):
        place = f"http://{HOST}:{port}"
        guard = Guard(allowed=(place,), private=True)
        WebhookChannel(guard, SECRETS, now=lambda: NOON).send(f"{place}/hook", told)
    ((_, headers, body),) = hook.requests
    names = {header.lower(): value for header, value in headers.items()}
    validator(message(name)["headers"]).validate(names)
    event = json.loads(body)
    validator(message(name)["payload"]).validate(event)
    assert event["type"] == message(name)["name"]
    assert names["content-type"] == message(name)["contentType"]
    other = {"bulletin": "digest", "digest": "bulletin"}[name]
    assert not validator(message(other)["payload"]).is_valid(event)
    del names["webhook-signature"]
    assert not validator(message(name)["headers"]).is_valid(names)
