"""A visitor who sees pages, and sends the forms that they have."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
from attrs import define, field
from portal.accounts import ACCOUNTS


@define
class Form:
    """A form of a page: where it goes, its fields with their values, and its buttons."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(factory=list)
    buttons: dict[str, dict[str, str]] = field(factory=dict)


class FormReader(HTMLParser):
    """Finds the forms of a page. A button is known by its label or its text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._button: dict[str, str] | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(given["method"], given["action"]))
        elif tag == "input" and given.get("type") not in {"checkbox", "file"}:
            self.forms[-1].fields.append((given["name"], given.get("value", "")))
        elif tag == "button":
            self._button, self._text = given, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "button" and self._button is not None:
            name = self._button.get("aria-label") or self._text.strip()
            if self._button.get("aria-hidden") != "true":
                self.forms[-1].buttons[name] = self._button
            self._button = None


@define
class Page:
    """A page that a visitor sees."""

    visitor: Visitor
    response: httpx.Response

    @property
    def text(self) -> str:
        """What a person reads, on one line."""
        body = self.response.text.partition("<main")[2]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)).replace("&#39;", "'")

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def forms(self) -> list[Form]:
        reader = FormReader()
        reader.feed(self.response.text)
        return reader.forms

    @property
    def token(self) -> str:
        """The token of the session, which each page has in a form."""
        return dict(self.forms[0].fields)["csrf"]

    def form_of(self, button: str) -> Form:
        found = [form for form in self.forms if button in form.buttons]
        assert found, (button, [each.buttons for each in self.forms])
        return found[0]

    def press(self, button: str, /, **typed: str) -> Page:
        """Send the form of a button, with what is typed into its fields."""
        form = self.form_of(button)
        pressed = form.buttons[button]
        fields = [(name, typed.pop(name, value)) for name, value in form.fields]
        fields += typed.items()
        if "name" in pressed:
            fields.append((pressed["name"], pressed["value"]))
        path = pressed.get("formaction", form.action)
        if form.method == "get":
            return self.visitor.get(path, fields)
        return self.visitor.post(path, fields)

    def type(self, button: str, fields: dict[str, str]) -> Page:
        """Press a button after typing into fields whose names are no names in Python."""
        return self.press(button, **fields)


@define
class Visitor:
    """Somebody with a browser."""

    client: httpx.Client
    token: str = ""

    def get(self, path: str, fields: list[tuple[str, str]] | None = None) -> Page:
        return Page(self, self.client.get(path, params=urlencode(fields) if fields else None))

    def post(self, path: str, fields: list[tuple[str, str]]) -> Page:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return Page(self, self.client.post(path, content=urlencode(fields), headers=headers))

    def sign_in(self, user: str) -> Page:
        page = self.get("/sign-in").press("Sign in", user=user, password=ACCOUNTS[user].password)
        self.token = page.token
        return page
