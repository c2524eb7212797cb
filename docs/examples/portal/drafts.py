"""The edits that a seller puts together step by step, before *Save*.

The form sends all of them with each step. So the server stores nothing of a draft, the browser's
*Back* takes one step back, and two tabs have two drafts.
"""

from collections.abc import Iterable, Iterator
from typing import Self

from attrs import define, field

from orderflow import InvalidValueError, Order, ReplacementOffer
from orderflow.edits import AddLine, ChangeQuantity, Edit, RemoveLine, ReplaceLine

NEW_LINE = ""
"""What the inventory is open for, if not for a line to replace: an order has no such line id."""


def units_of(text: str, sku: str) -> int:
    """Read a number of units.

    Raises:
        InvalidValueError: If it is not a whole number above 0.
    """
    if not _is_number(text) or not int(text):
        demand = "a whole number from 1; to have none, remove the line"
        raise InvalidValueError(f"the quantity of {sku}", demand, text)
    return int(text)


def version_of(text: str) -> int:
    """Read the version of the order that a form is about.

    Raises:
        InvalidValueError: If it is none.
    """
    if not _is_number(text):
        raise InvalidValueError("the version", "the number in the form; open the order again", text)
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < len("1000000000000")


@define
class Draft:
    """The edits of one order, as the fields of its form.

    Attributes:
        version: The version of the order that the seller looks at.
        quantities: What is typed beside the lines, by line id.
        removed: The ids of the lines to remove.
        replaced: The products that replace those of lines, by line id.
        added: What is typed beside the products to add, by SKU.
        choosing: The line whose product is being chosen, `NEW_LINE`, or None.
        find: The text that is searched for in the inventory.
    """

    version: int
    quantities: dict[str, str] = field(factory=dict)
    removed: list[str] = field(factory=list)
    replaced: dict[str, str] = field(factory=dict)
    added: dict[str, str] = field(factory=dict)
    choosing: str | None = None
    find: str = ""

    @classmethod
    def of_fields(cls, fields: Iterable[tuple[str, str]], version: int) -> Self:
        """Return the draft of a form, after the button that was pressed."""
        draft = cls(version)
        pressed = []
        for name, value in fields:
            kind, _, subject = name.partition(":")
            match kind:
                case "version":
                    draft.version = version_of(value)
                case "quantity":
                    draft.quantities[subject] = value
                case "removed":
                    draft.removed.append(value)
                case "replaced":
                    draft.replaced[subject] = value
                case "added":
                    draft.added[subject] = value
                case "choosing":
                    draft.choosing = value
                case "find":
                    draft.find = value
                case _:
                    pressed.append((kind, value))
        for kind, value in pressed:
            draft.press(kind, value)
        return draft

    def press(self, button: str, value: str) -> None:
        """Do what a button of the form says."""
        match button:
            case "remove":
                self.keep(value)
                self.removed.append(value)
            case "keep":
                self.keep(value)
            case "drop":
                self.added.pop(value, None)
            case "choose":
                self.choosing = value
            case "close":
                self.choosing = None
            case "take" if self.choosing:
                self.replaced[self.choosing] = value
                self.choosing = None
            case "take":
                self.added.setdefault(value, "1")
                self.choosing = None
            case _:
                pass  # a field that no form of ours has

    def keep(self, line_id: str) -> None:
        """Take back the removal or replacement of a line."""
        self.removed = [each for each in self.removed if each != line_id]
        self.replaced.pop(line_id, None)

    def fields(self) -> Iterator[tuple[str, str]]:
        """Yield the fields of a form that has nothing to type in."""
        yield "version", str(self.version)
        yield from ((f"quantity:{line_id}", text) for line_id, text in self.quantities.items())
        yield from (("removed", line_id) for line_id in self.removed)
        yield from ((f"replaced:{line_id}", sku) for line_id, sku in self.replaced.items())
        yield from ((f"added:{sku}", text) for sku, text in self.added.items())

    def edits(self, order: Order, offers: Iterable[ReplacementOffer]) -> Iterator[Edit]:
        """Yield the edits, which take effect together.

        Args:
            order: The order.
            offers: The replacements that the catalogue offers, some with a ratio of their own.

        Raises:
            InvalidValueError: If a quantity is not a number of units.
            LineNotFoundError: If the order has no such line.
        """
        offered = {(each.edit.line_id, each.edit.sku): each.edit for each in offers}
        for line_id, text in self.quantities.items():
            line = order.line(line_id)
            if line_id not in self.removed and text != str(line.quantity):
                yield ChangeQuantity(line_id, units_of(text, line.sku))
        for line_id, sku in self.replaced.items():
            yield offered.get((line_id, sku)) or ReplaceLine(line_id, sku)
        yield from map(RemoveLine, self.removed)
        for sku, text in self.added.items():
            yield AddLine(sku, units_of(text, sku))
