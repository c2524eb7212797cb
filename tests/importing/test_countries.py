"""The country of an address: its code, or its name."""

from __future__ import annotations

import sys

import pytest
from babel import Locale

from orderflow.importing.values.countries import codes_of_names, country_code
from orderflow.importing.values.unreadable import UnreadableError
from tests.importing.files import orders, plain, reasons, row

NO_CODES = ("EU", "EN", "ZZ", "xx", "ÄT", "D1", "276", "DEX")
HEADER = "order_id,sku,quantity,placed_at,ship_to_name,ship_to_street,ship_to_city,ship_to_country"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        *(("GB", "GB"), ("de", "DE"), ("UK", "GB"), ("USA", "US"), ("U.S.", "US")),
        *(("DEU", "DE"), ("gbr", "GB"), ("XK", "XK"), ("IC", "IC")),
        *(("United States", "US"), ("United States (US)", "US"), ("GREAT BRITAIN", "GB")),
        *(("The Netherlands", "NL"), ("Côte d'Ivoire", "CI"), ("Cote d\u2019Ivoire", "CI")),
        *(("Bosnia and Herzegovina", "BA"), ("Bosnia & Herzegovina", "BA"), ("Hong Kong", "HK")),
        *(("Turkey", "TR"), ("Türkiye", "TR"), ("Czech Republic", "CZ"), ("Czechia", "CZ")),
        *(("Korea, Republic of", "KR"), ("South Korea", "KR"), ("Viet Nam", "VN")),
        *(("Deutschland", "DE"), ("Österreich", "AT"), ("Vereinigtes Königreich", "GB")),
        *(("États-Unis", "US"), ("España", "ES"), ("Espana", "ES"), ("Italia", "IT")),
        *(("Россия", "RU"), ("日本", "JP"), ("Ελλάδα", "GR"), ("Magyarország", "HU")),
    ],
)
def test_a_country_is_read_by_its_code_or_its_name(text: str, code: str) -> None:
    assert country_code(text) == code


@pytest.mark.parametrize(
    ("text", "demand"),
    [
        ("Atlantis", "a two-letter country code, or the name of a country"),
        ("!", "a two-letter country code, or the name of a country"),
        ("n" * 5_000, "a two-letter country code, or the name of a country"),
        ("European Union", "a two-letter country code, or the name of a country"),
        *((code, "a two-letter country code, or the name of a country") for code in NO_CODES),
        ("Kongo", "a two-letter country code; this is a name of CD and CG"),
    ],
)
def test_anything_else_is_refused(text: str, demand: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        country_code(text)
    assert str(refused.value) == demand


NO_COUNTRIES = {
    *("European Union", "Eurozone", "Outlying Oceania", "United Nations"),
    *("Pseudo-Accents", "Pseudo-Bidi", "Unknown Region"),
}


def test_the_english_names_of_all_countries_are_read() -> None:
    names = Locale("en").territories
    codes = {name: code for code, name in names.items() if len(code) == 2 and code.isalpha()}
    wrong = {name for name, code in codes.items() if _code(name) != code}
    assert wrong == NO_COUNTRIES
    assert len(codes) > 250


def _code(name: str) -> str | None:
    try:
        return country_code(name)
    except UnreadableError:
        return None


def test_an_order_has_the_code() -> None:
    result = plain(
        row("1", more=",Jo,1 Way,Berlin,Deutschland"),
        row("2", more=",Jo,1 Way,Leeds,Atlantis"),
        header=HEADER,
    )
    (order,) = orders(result).values()
    assert order.ship_to is not None
    assert order.ship_to.country == "DE"
    assert reasons(result) == [(3, "ship_to_country", "'Atlantis'")]


def test_without_babel_only_codes_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "babel", None)
    codes_of_names.cache_clear()
    result = plain(
        row("1", more=",Jo,1 Way,Berlin,DE"),
        row("2", more=",Jo,1 Way,Berlin,Deutschland"),
        header=HEADER,
    )
    assert list(orders(result)) == ["1"]
    assert result.faults[0].reason == (
        "must be a two-letter country code; "
        "its name can be read with orderflow-backorder[countries]"
    )
