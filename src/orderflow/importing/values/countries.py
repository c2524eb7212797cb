"""Read the country of an address: a code of two or three letters, or a name.

Names are those that Unicode's CLDR has for countries in the languages below, as Babel carries
them. CLDR has one English name for each country, and shops write others: they are listed here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from unicodedata import normalize

from orderflow.importing.values.unreadable import UnreadableError

__all__ = ["codes_of_names", "country_code"]

_CODE = "a two-letter country code"
_CODE_CHARACTERS = 2
_NAME_CHARACTERS_MAX = 100

_SECOND_LETTERS = {
    "A": "CDEFGILMOQRSTUWXZ",
    "B": "ABDEFGHIJLMNOQRSTVWYZ",
    "C": "ACDFGHIKLMNOPQRUVWXYZ",
    "D": "EGJKMOZ",
    "E": "ACEGHRST",
    "F": "IJKMOR",
    "G": "ABDEFGHILMNPQRSTUWY",
    "H": "KMNRTU",
    "I": "CDELMNOQRST",
    "J": "EMOP",
    "K": "EGHIMNPRWYZ",
    "L": "ABCIKRSTUVY",
    "M": "ACDEFGHKLMNOPQRSTUVWXYZ",
    "N": "ACEFGILOPRUZ",
    "O": "M",
    "P": "AEFGHKLMNRSTWY",
    "Q": "A",
    "R": "EOSUW",
    "S": "ABCDEGHIJKLMNORSTVXYZ",
    "T": "ACDFGHJKLMNORTVWZ",
    "U": "AGMSYZ",
    "V": "ACEGINU",
    "W": "FS",
    "X": "K",
    "Y": "ET",
    "Z": "AMW",
}
_CODES = frozenset(
    first + second for first, letters in _SECOND_LETTERS.items() for second in letters
)
"""The codes of ISO 3166-1, and those that Unicode's CLDR adds, such as XK for Kosovo."""

_FIRST_LANGUAGE = "en"
_LANGUAGES = (
    *("bg", "bs", "ca", "cs", "cy", "da", "de", "el", "es", "et", "eu", "fi", "fr", "ga", "gl"),
    *("hr", "hu", "is", "it", "lt", "lv", "mk", "mt", "nb", "nl", "pl", "pt", "ro", "ru", "sk"),
    *("sl", "sq", "sr", "sv", "tr", "uk", "ar", "fa", "he", "hi", "id", "ja", "ko", "ms", "th"),
    *("vi", "zh", "zh_Hant"),
)
"""All of Europe, and the largest of Asia. The other 280 of CLDR would take a second and 100 MB."""

_OTHER_NAMES = {
    "england": "GB",
    "great britain": "GB",
    "northern ireland": "GB",
    "scotland": "GB",
    "uk": "GB",
    "wales": "GB",
    "usa": "US",
    "united states of america": "US",
    "czech republic": "CZ",
    "korea republic of": "KR",
    "macau": "MO",
    "republic of ireland": "IE",
    "russian federation": "RU",
    "turkey": "TR",
    "uae": "AE",
    "viet nam": "VN",
}
"""English names that are not CLDR's, without capitals and marks."""


def country_code(text: str) -> str:
    """Return the two-letter code of a country.

    >>> country_code("gb"), country_code("UK"), country_code("United States (US)")
    ('GB', 'GB', 'US')
    >>> country_code("Deutschland"), country_code("the Netherlands"), country_code("Türkiye")
    ('DE', 'NL', 'TR')

    Raises:
        UnreadableError: If it is neither a code nor a name, or the name of two countries.
    """
    text = text.replace(".", "")
    name = _plain(text[: _NAME_CHARACTERS_MAX + 1])
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    if text.upper() in _CODES:
        return text.upper()
    if len(text) == _CODE_CHARACTERS and text.isascii():
        raise UnreadableError(f"{_CODE}, or the name of a country")
    if not name or len(text) > _NAME_CHARACTERS_MAX:
        raise UnreadableError(f"{_CODE}, or the name of a country")
    try:
        codes = (
            codes_of_names(_FIRST_LANGUAGE).get(name)
            or codes_of_names(*_LANGUAGES).get(name)
            or _codes_of_three().get(text.upper())
        )
    except ImportError as error:
        demand = f"{_CODE}; its name can be read with orderflow-backorder[countries]"
        raise UnreadableError(demand) from error
    if codes is None:
        raise UnreadableError(f"{_CODE}, or the name of a country")
    if len(codes) > 1:
        raise UnreadableError(f"{_CODE}; this is a name of {' and '.join(sorted(codes))}")
    return next(iter(codes))


@cache
def codes_of_names(*languages: str) -> dict[str, frozenset[str]]:
    """Return the codes of each name in these languages."""
    from babel import Locale  # noqa: PLC0415 - only where it is needed

    codes: defaultdict[str, set[str]] = defaultdict(set)
    for language in languages:
        for code, name in Locale.parse(language).territories.items():
            if code in _CODES:
                codes[_plain(name)].add(code)
    return {name: frozenset(found) for name, found in codes.items()}


@cache
def _codes_of_three() -> dict[str, frozenset[str]]:
    """Return the codes of each code of three letters, such as DEU."""
    from babel.core import get_global  # noqa: PLC0415 - only where it is needed

    aliases = get_global("territory_aliases").items()
    return {
        code: frozenset(found)
        for code, found in aliases
        if len(code) == len("DEU") and code.isalpha()
    }


@lru_cache(maxsize=1_000)
def _plain(name: str) -> str:
    """Return a name without capitals, accents, punctuation, brackets and its article.

    >>> _plain("Côte d'Ivoire"), _plain("Hong Kong SAR China"), _plain("United Kingdom (UK)")
    ('cote d ivoire', 'hong kong', 'united kingdom')
    """
    letters = normalize("NFKD", name.casefold()).replace("&", " and ").replace(".", "")
    letters = re.sub(r"[\u0300-\u036f]|\([^()]*\)|\bsar china\b", "", letters)
    # The vowel signs of India and Thailand are no letters for `\w`.
    return re.sub(r"[^\w\u0900-\u0eff]+", " ", letters).strip().removeprefix("the ")
