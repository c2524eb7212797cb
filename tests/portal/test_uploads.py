"""A seller uploads a file, downloads its rejected rows, corrects them and uploads them again."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

from portal.guard import BODY_BYTES_MAX
from portal.uploads import KEPT_MAX, ROWS_MAX

from tests.portal.test_access import CSV
from tests.portal.visitor import Page

if TYPE_CHECKING:
    from tests.portal.conftest import Portal
    from tests.portal.visitor import Visitor

HEADER = b"order_id,sku,quantity,placed_at\n"
FILE = HEADER + (
    b"2001,CUP,2,2026-03-02T07:10Z\n"
    b"2002,MUG,two,2026-03-02T07:20Z\n"
    b"2003,SPOON,1,2026-03-02T07:30Z\n"
    b"1001,CUP,5,2026-03-02T07:40Z\n"
)


def upload(visitor: Visitor, content: bytes, name: str = "orders.csv") -> Page:
    data, files = {"csrf": visitor.token}, {"file": (name, content)}
    return Page(visitor, visitor.client.post("/uploads", data=data, files=files))


def test_the_rejected_rows_are_downloaded_corrected_and_uploaded_again(portal: Portal) -> None:
    acme, seller = portal.signed_in("acme"), portal.seller("acme")
    page = upload(acme, FILE)
    assert "Rows read 4 Orders placed 2 of these on back order 1 Rows rejected 1" in page.text
    assert "row 3, quantity 'two': must be a whole number" in page.text
    assert "Not in your inventory: 'SPOON', row 4" in page.text
    assert "Order 1001 was not imported" in page.text
    assert seller.order("2001").status == "ALLOCATED"

    (path,) = re.findall(r'href="(/uploads/[^"]*rejected.csv)"', page.response.text)
    rejected = acme.client.get(path)
    assert rejected.headers["Content-Disposition"] == 'attachment; filename="rejected.csv"'
    assert rejected.headers["Content-Type"] == "text/csv"  # of any encoding
    assert rejected.text.splitlines()[1].startswith("2002,MUG,two,")
    again = upload(acme, rejected.content.replace(b"two", b"2"), "corrected.csv")
    assert "Rows read 1 Orders placed 1 of these on back order 1 Rows rejected 0" in again.text
    assert "Download" not in again.text
    assert seller.order("2002").units == 2
    assert "corrected.csv" in acme.get("/uploads").text


def test_the_same_file_again_places_nothing_twice(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    upload(acme, FILE)
    written = portal.written()
    page = upload(acme, FILE)
    assert "Orders placed 0" in page.text
    assert "2 orders imported before: nothing to do." in page.text
    assert portal.written() == written


def test_a_stored_order_that_differs_is_named(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    upload(acme, FILE)
    written = portal.written()
    page = upload(acme, FILE.replace(b"CUP,2", b"CUP,3"))
    assert "Order 2001 differs from the file, and was kept as it is." in page.text
    assert portal.written() == written


UNREADABLE = (
    b"",
    b"a,b\n1,2\n",
    b"\x00\xff\xfe" * 100,
    b"PK\x03\x04 this is no workbook",
    gzip.compress(b"nothing to see")[:10],
    b'"' * 10_000,
)


def test_a_file_that_cannot_be_read_is_refused_with_the_reason(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    for content in UNREADABLE:
        page = upload(acme, content)
        assert page.status == 422, content
        assert 'role="alert">orders.csv' in page.response.text


def test_a_file_is_bounded(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    written = portal.written()
    large = upload(acme, HEADER + b"x" * BODY_BYTES_MAX)
    assert large.status == 413
    assert "At most 1,000,000 bytes" in large.text
    long = upload(acme, HEADER + b"3001,MUG,1,2026-03-02T07:10Z\n" * (ROWS_MAX + 2_000))
    assert long.status == 422
    assert f"has more than {ROWS_MAX:,} rows" in long.text
    packed = upload(acme, gzip.compress(FILE))
    assert packed.status == 422
    assert "is compressed, or a workbook; save it as CSV" in packed.text
    assert portal.written() == written


def test_no_file_and_no_form_are_refused(portal: Portal) -> None:
    acme = portal.signed_in("acme")
    token = ("csrf", acme.token)
    for page in (
        upload(acme, CSV, name=""),
        acme.post("/uploads", [token]),
        acme.post("/uploads", [token, ("file", "abc")]),
    ):
        assert (page.status, "choose a file to upload" in page.text) == (422, True)
    broken = acme.client.post(
        "/uploads", content=b"--x", headers={"Content-Type": "multipart/form-data; boundary=y"}
    )
    assert broken.status_code in {400, 403}


def test_the_last_uploads_of_a_seller_are_kept(portal: Portal) -> None:
    acme, shop = portal.signed_in("acme"), portal.signed_in("shop")
    kept = upload(shop, CSV, "of-the-shop.csv").response.url.path
    for number in range(KEPT_MAX + 2):
        upload(acme, CSV, f"file-{number}.csv")
    text = acme.get("/uploads").text
    assert "file-1.csv" not in text
    assert "file-2.csv" in text
    assert shop.get(kept).status == 200
