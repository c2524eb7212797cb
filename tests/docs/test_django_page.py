"""The page on Django, as a project: its parts are put together and run as a host runs them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from tests.databases import postgres_url
from tests.docs.diagrams import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAGE = ROOT / "docs" / "how-to" / "use-it-with-django.md"
BLOCK = re.compile(
    r"^```\{code-block\} python\n:caption: ([^\n]+)\n\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
FOR_POSTGRES = "shop/settings.py, for PostgreSQL"
OWN_NAMES = "checkout/migrations/0002_orderflow.py"
ADDED_TO = {"shop/settings.py", "shop/urls.py"}
WORKER_SECONDS_MAX = 90
ALONE = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # else it waits for others

BY_FILES = """
EMAIL = "django.core.mail.backends.filebased.EmailBackend"
if "MAILERS" in globals():  # from Django 6.1 on
    MAILERS = {"default": {"BACKEND": EMAIL, "OPTIONS": {"file_path": BASE_DIR / "mail"}}}
else:
    EMAIL_BACKEND, EMAIL_FILE_PATH = EMAIL, BASE_DIR / "mail"
"""
BROKER_OF_FILES = """
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "data_folder_in": BASE_DIR / "queue", "data_folder_out": BASE_DIR / "queue",
    "control_folder": BASE_DIR / "control",
}
"""
# The databases of the tests are made with the tables in them.
DROP = """
from django.db import connection
from orderflow.adapters.sql import Tables
with connection.cursor() as cursor:
    for table in Tables.default().metadata.sorted_tables:
        cursor.execute(f"DROP TABLE {table.name}")
    cursor.execute("DROP SEQUENCE orderflow_event_numbers")
"""
MIGRATE = """
from django.core.management import call_command
call_command("makemigrations", "checkout", verbosity=0)
call_command("check")
call_command("migrate")
call_command("makemigrations", check=True)
"""
BUY = """
from django.test import Client
from checkout.models import Invoice
from checkout.stock import flow
from orderflow import StockKey
flow.seller("acme").book_in(StockKey("acme", "leeds", "MUG"), 3)
def buy(number, sku, quantity):
    asked = {"number": number, "sku": sku, "quantity": quantity, "pence": 900}
    shop = Client(headers={"host": "localhost"})
    answer = shop.post("/buy/", asked, content_type="application/json")
    print(answer.status_code, answer.json())
buy("A", "MUG", 2)
buy("B", "MUG", 2)
Invoice.objects.all().delete()
buy("B", "MUG", 2)
"""
BUY_WRONGLY = """
from django.test import Client
def send(body):
    shop = Client(headers={"host": "localhost"})
    answer = shop.post("/buy/", body, content_type="application/json")
    print(answer.status_code, answer.headers["Content-Type"], *answer.json())
good = {"number": "A", "sku": "MUG", "quantity": 1, "pence": 900}
send(good)
send(good)
send({**good, "number": "B", "quantity": 0})
send({**good, "number": "C", "quantity": 10**13})
send({**good, "number": "D\\t1"})
send({"number": "E"})
send("no JSON")
send("[]")
send("[" * 100_000)
send('{"number": "\\\\ud800", "sku": "MUG", "quantity": 1, "pence": 900}')
send({**good, "number": "F", "pence": 10**30})
from checkout import views
def lost(*_, **__): raise OperationalError("/srv/shop.sqlite3 is lost")
def late(*_, **__): raise IntegrityError("UNIQUE")
from django.db import IntegrityError, OperationalError
views.Invoice.save = late
send({**good, "number": "G"})
views.Invoice.save = lost
send({**good, "number": "H"})
"""
SELL = """
from django.utils import timezone
from checkout.models import Invoice
from checkout.selling import sell
from orderflow import Order, OrderLine
order = Order(order_id="C", seller_id="acme", warehouse_id="leeds",
              lines=(OrderLine("1", "CUP", 1),), placed_at=timezone.now())
print(sell(order, 900) == sell(order, 900), Invoice.objects.count())
"""
RECEIVE = """
from checkout.receiving import receive
receive("acme:1", "D")
receive("acme:1", "E")
print(Invoice.objects.filter(number__in=["D", "E"]).count())
"""
EMPTY = """
from checkout.emptying import empty
from checkout.stock import flow
empty()
print(len(flow.seller("acme").stock()))
"""


class Project:
    """A project of Django in a folder.

    Args:
        folder: Where.
        database: Where its database is, in variables of the environment.
    """

    def __init__(self, folder: Path, database: dict[str, str]) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if name[:6] != "DJANGO"},
            **database,
            "CELERY_BROKER_URL": "filesystem://",
            "PYTHONWARNINGS": "error::DeprecationWarning:checkout",
        }
        (folder / "queue").mkdir()
        (folder / "checkout").mkdir()
        call_command("startproject", "shop", str(folder))
        call_command("startapp", "checkout", str(folder / "checkout"))
        for name, text in blocks():
            if name == FOR_POSTGRES:
                if database:
                    self.write("shop/settings.py", text, add=True)
            elif name != OWN_NAMES:
                self.write(name, text, add=name in ADDED_TO)
        self.write("shop/settings.py", BROKER_OF_FILES + BY_FILES, add=True)

    def write(self, name: str, text: str, *, add: bool = False) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if add else ""
        path.write_text(before + text, encoding="utf-8")

    def run(self, *arguments: str) -> str:
        """Run Python in it, and return what it says."""
        done = subprocess.run(  # noqa: S603 - arguments of ours
            [sys.executable, *arguments],
            cwd=self.folder,
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def shell(self, text: str) -> list[str]:
        """Carry a script out in it, and return the lines that it prints."""
        self.write("script.py", f"import django\ndjango.setup()\n{text}")
        return self.run(
            "-c", "import os; os.environ['DJANGO_SETTINGS_MODULE']='shop.settings'; import script"
        ).splitlines()

    def mails(self) -> list[str]:
        """Return the subjects of the mails that were sent."""
        texts = [path.read_text(encoding="utf-8") for path in (self.folder / "mail").glob("*")]
        return sorted(re.findall("^Subject: (.*)$", "\n".join(texts), re.MULTILINE))


def blocks() -> list[tuple[str, str]]:
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(name="project", params=["sqlite", "postgresql"])
def _project(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Project]:
    if request.param == "sqlite":
        yield Project(tmp_path, {})
    else:
        with postgres_url() as url:
            host = url.query.get("host", url.host)
            place = {"PGDATABASE": url.database, "PGHOST": host, "PGUSER": url.username}
            more = {"PGPASSWORD": url.password, "PGPORT": url.port}
            yield Project(tmp_path, {k: str(v) for k, v in {**place, **more}.items() if v})


def test_every_part_of_the_page_is_part_of_the_project() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.count("```{code-block}") == len(blocks()) == text.count(":caption:")
    assert FOR_POSTGRES in dict(blocks())


def test_the_project_of_the_page_works(project: Project) -> None:
    begin = DROP + MIGRATE if "PGDATABASE" in project.environment else MIGRATE
    *made, allocated, on_back_order, refused, relayed, sold, received, left = project.shell(
        begin + BUY + "call_command('relay', once=True)\n" + SELL + RECEIVE + EMPTY
    )
    assert "System check identified no issues (0 silenced)." in made
    assert "  Applying orderflow.0001_first_release... OK" in made
    assert made[-1] == "No changes detected"
    assert allocated == "200 {'status': 'ALLOCATED'}"
    assert on_back_order == "200 {'status': 'ON_BACK_ORDER'}"
    assert refused.startswith("409 ")
    assert relayed == "RelayResult(sent=5, failed=0, dead=0, unreadable=())"
    assert project.mails() == ["Order B is on back order"]
    assert sold == "True 1"
    assert received == "1"
    assert left == "0"
    assert "Found 3 test(s)" in project.run("manage.py", "test")


def test_the_view_answers_what_it_is_asked_wrongly_and_a_broker_that_is_down(
    tmp_path: Path,
) -> None:
    project = Project(tmp_path, {})
    (tmp_path / "queue").rmdir()
    (tmp_path / "queue").write_text("no folder", encoding="utf-8")  # so no task can be queued
    (
        *_,
        bought,
        repeated,
        none,
        too_many,
        tab,
        incomplete,
        no_json,
        a_list,
        deep,
        half,
        dear,
        late,
        lost,
    ) = project.shell(MIGRATE + BUY_WRONGLY)
    problem = "application/problem+json title status detail error"
    assert bought == "200 application/json status"
    assert {repeated, none, incomplete, dear} == {f"422 {problem} faults"}
    assert {too_many, tab} == {f"422 {problem}"}
    assert {no_json, a_list, deep, half} == {f"400 {problem}"}
    assert (late, lost) == (f"409 {problem}", f"503 {problem}")


def test_a_worker_of_celery_tells_what_was_committed(tmp_path: Path) -> None:
    project = Project(tmp_path, {})
    project.shell(MIGRATE + BUY)  # two tasks are sent off
    with subprocess.Popen(  # noqa: S603 - arguments of ours
        [sys.executable, "-m", "celery", "-A", "shop", "worker", "--pool", "solo", *ALONE],
        cwd=project.folder,
        env=project.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as worker:
        until = time.monotonic() + WORKER_SECONDS_MAX
        while not project.mails() and worker.poll() is None and time.monotonic() < until:
            time.sleep(0.2)
        worker.send_signal(signal.SIGTERM)
    assert project.mails() == ["Order B is on back order"]


def test_the_tables_may_have_names_of_the_host_s(tmp_path: Path) -> None:
    project = Project(tmp_path, {})
    project.run("manage.py", "makemigrations", "checkout")
    project.write(OWN_NAMES, dict(blocks())[OWN_NAMES])
    project.write(
        "shop/settings.py", 'INSTALLED_APPS.remove("orderflow.adapters.sql.django")\n', add=True
    )
    *made, found = project.shell(
        MIGRATE + "from orderflow import OrderFlow\n"
        "from orderflow.adapters.sql import SqlRepository, Tables\n"
        "from orderflow.adapters.sql.django import DjangoTransactions\n"
        "own = SqlRepository(DjangoTransactions(), tables=Tables(prefix='checkout_'))\n"
        "print(OrderFlow(own).seller('acme').orders())"
    )
    assert "  Applying checkout.0002_orderflow... OK" in made
    assert made[-1] == "No changes detected"
    assert found == "()"
