"""The report of a comparison as one page of HTML: tables, and plots as vector graphics.

The page needs no network, no script and no other file. It follows the reader's dark mode, and can
be printed. Texts from outside are escaped, and a policy of the page forbids scripts and requests.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from orderflow.errors import MissingExtraError

if TYPE_CHECKING:
    from orderflow.laboratory.comparison import Comparison
    from orderflow.replay.engine import Settings

__all__ = ["check_packages", "draw_page"]


def check_packages() -> None:
    """Check that the packages of the extra `report` are installed.

    Raises:
        MissingExtraError: If one of them is not.
    """
    for package in ("jinja2", "matplotlib"):
        if find_spec(package) is None:
            raise MissingExtraError(package, "report")


def draw_page(comparison: Comparison, *, title: str, settings: Settings) -> str:
    """Return the page of a comparison, or of a single run.

    Args:
        comparison: What to report.
        title: What was replayed, such as the name of a file.
        settings: The settings of the replays.

    Raises:
        MissingExtraError: If a package of the extra `report` is not installed.
    """
    check_packages()
    from orderflow.laboratory.page.markup import laid_out  # noqa: PLC0415 - it needs the extra

    return laid_out(comparison, title=title, settings=settings)
