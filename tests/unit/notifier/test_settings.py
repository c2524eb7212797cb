from __future__ import annotations

import json
from datetime import time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from orderflow import InvalidValueError
from orderflow.adapters.mail import OrderLink, Security
from orderflow.notices import NoticeKind, NoticeTiming, Preference, Preferences, Recipient
from orderflow.notifier import (
    MailSettings,
    NotifySettings,
    SettingsError,
    WebhookSettings,
    load_settings,
    read_settings,
)

if TYPE_CHECKING:
    from pathlib import Path

FILE = """
link = "https://shop.example/orders/{order_id}"

[mail]
host = "smtp.shop.example"
sender = "Orders <orders@shop.example>"
security = "TLS"
port = 465
user = "shop"

[webhook]
allowed = ["https://hooks.shop.example"]

[default]
mail = ["all@shop.example"]

[sellers.acme]
mail = ["jo@acme.example"]
webhooks = ["https://hooks.shop.example/acme"]
logs = ["acme"]
digest_at = 06:30:00
zone = "Europe/London"
kinds = { HELD = "NONE", ON_BACK_ORDER = "DAILY" }

[sellers.bolt]
opted_out = true
"""

EXPECTED = NotifySettings(
    link=OrderLink("https://shop.example/orders/{order_id}"),
    mail=MailSettings(
        host="smtp.shop.example",
        sender="Orders <orders@shop.example>",
        security=Security.TLS,
        port=465,
        user="shop",
    ),
    webhook=WebhookSettings(allowed=("https://hooks.shop.example",)),
    preferences=Preferences(
        default=Preference(recipients=(Recipient("mail", "all@shop.example"),)),
        sellers={
            "acme": Preference(
                recipients=(
                    Recipient("mail", "jo@acme.example"),
                    Recipient("webhook", "https://hooks.shop.example/acme"),
                    Recipient("log", "acme"),
                ),
                timings=(
                    (NoticeKind.HELD, NoticeTiming.NONE),
                    (NoticeKind.ON_BACK_ORDER, NoticeTiming.DAILY),
                ),
                digest_at=time(6, 30),
                zone=ZoneInfo("Europe/London"),
            ),
            "bolt": Preference(opted_out=True),
        },
    ),
)


def test_settings_are_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "notify.toml"
    path.write_text(FILE, encoding="utf-8")
    assert load_settings(path) == EXPECTED


def test_settings_are_read_from_json(tmp_path: Path) -> None:
    path = tmp_path / "notify.json"
    default = {"mail": ["all@shop.example"], "digest_at": "06:30", "zone": "UTC"}
    path.write_text(json.dumps({"default": default}), encoding="utf-8")
    preference = load_settings(path).preferences.of("acme")
    assert preference.recipients == (Recipient("mail", "all@shop.example"),)
    assert preference.digest_at == time(6, 30)


def test_without_anything_nobody_is_told() -> None:
    assert read_settings({}) == NotifySettings()
    assert read_settings({}).preferences.of("acme").active_recipients() == ()


def test_all_that_is_wrong_is_told_with_its_path() -> None:
    wrong = {
        "link": "shop.example",
        "mail": {"host": "smtp.shop.example", "port": 99_999, "sender": "a@b", "pasword": 1},
        "webhook": {"allowed": ["hooks.shop.example"]},
        "default": {"mail": ["a b"], "digest_at": "7 o'clock", "zone": "Mars/Olympus"},
        "sellers": {
            "acme": {"kinds": {"HELD": "WEEKLY", "LOST": "NONE", "EXPECTED_DATE_MOVED": "DAILY"}},
            "bolt": {"opted_out": "yes", "digest_at": "07:00+01:00"},
        },
        "smtp": {},
    }
    with pytest.raises(SettingsError) as caught:
        read_settings(wrong, "notify.toml")
    paths = [fault.split(":")[0] for fault in caught.value.faults]
    assert paths == [
        "$.link",
        "$.mail.pasword",
        "$.webhook.allowed",
        "$.default.digest_at",
        "$.default.zone",
        "$.default.mail[0]",
        "$.sellers.acme.kinds.HELD",
        "$.sellers.acme.kinds.LOST",
        "$.sellers.acme.kinds.EXPECTED_DATE_MOVED",
        "$.sellers.bolt.opted_out",
        "$.sellers.bolt.digest_at",
        "$.smtp",
    ]
    assert str(caught.value).startswith("notify.toml: $.link: must be an http or https URL")


def test_a_rule_that_is_broken_by_several_values_is_told() -> None:
    mail = {"host": "smtp.shop.example", "sender": "a@b.example", "user": "x", "security": "NONE"}
    with pytest.raises(SettingsError, match=r"\$\.mail\.security: must be STARTTLS or TLS"):
        read_settings({"mail": mail})


@pytest.mark.parametrize("sender", ["Orders", "a@b, c@d", "=?utf-8?q?Orders?= <a@b.example>"])
def test_a_sender_is_an_address_that_mails_can_have(sender: str) -> None:
    mail = {"host": "smtp.shop.example", "sender": sender}
    with pytest.raises(SettingsError, match=r"\$\.mail\.sender: must be a mail address"):
        read_settings({"mail": mail})


@pytest.mark.parametrize("text", ["[mail", "\x00", "x = 07:61"])
def test_a_file_that_cannot_be_read_is_named(text: str, tmp_path: Path) -> None:
    path = tmp_path / "notify.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"notify\.toml: \$: cannot be read"):
        load_settings(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: \$: cannot be read"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize("data", [None, [], 7, "x"])
def test_settings_are_an_object(data: object) -> None:
    with pytest.raises(SettingsError, match=r"settings: \$: must be an object"):
        read_settings(data)


def test_settings_that_are_made_in_python_are_held_to_the_same() -> None:
    with pytest.raises(InvalidValueError, match=r"MailServer\.port"):
        MailSettings(host="smtp.shop.example", sender="a@b", port=0)
    with pytest.raises(InvalidValueError, match=r"Guard\.allowed"):
        WebhookSettings(allowed=("everywhere",))


def test_a_key_of_json_appears_once(tmp_path: Path) -> None:
    path = tmp_path / "notify.json"
    path.write_text('{"default": {"logs": ["a"]}, "default": {"logs": ["b"]}}', encoding="utf-8")
    with pytest.raises(SettingsError, match="the key 'default' appears more than once"):
        load_settings(path)
