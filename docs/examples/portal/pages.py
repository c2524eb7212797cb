"""Pages: Jinja2 templates, with what each of them needs from the request."""

from datetime import datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from orderflow import Status
from portal import words

ZONE = ZoneInfo("Europe/London")
FOLDER = Path(__file__).parent


def local_time(at: datetime) -> str:
    """Write a moment in `ZONE`, such as "2 Mar 2026, 09:30"."""
    here = at.astimezone(ZONE)
    return f"{here.day} {here:%b %Y, %H:%M}"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(local_time=local_time, label=words.label, count=words.count)
    environment.globals.update(Status=Status, zone=ZONE.key)
    return environment


def _of_session(request: Request) -> dict[str, Any]:
    """Return who is signed in, and the token that each form sends back."""
    session = request.session
    if "csrf" not in session:
        session["csrf"] = token_urlsafe()
    return {"signed_in_as": session.get("user"), "csrf": session["csrf"]}


_TEMPLATES = Jinja2Templates(env=_environment(), context_processors=[_of_session])


def page(request: Request, template: str, *, status: int = 200, **context: object) -> Response:
    """Render a template."""
    return _TEMPLATES.TemplateResponse(request, template, context, status_code=status)
