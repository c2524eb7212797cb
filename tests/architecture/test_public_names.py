"""The public names and signatures are the ones of the committed listing."""

from __future__ import annotations

from tests.architecture.public_names import LISTING, listing


def test_the_listing_of_public_names_is_up_to_date() -> None:
    """So that a review sees each change of a name or a signature."""
    way_out = "`python -m tests.architecture.public_names` writes the listing anew"
    assert LISTING.read_text(encoding="utf-8") == listing(), way_out
