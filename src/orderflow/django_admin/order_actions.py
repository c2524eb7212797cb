"""The actions on an order: who may do each, and the form of its details."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import attrs
from django import forms
from django.utils import timezone

from orderflow.django_admin.models import status_label
from orderflow.domain.model.commands import (
    CancelOrder,
    EditOrder,
    HoldOrder,
    OrderCommand,
    ReleaseHold,
    RequestCancellation,
    SplitOrder,
)
from orderflow.domain.model.edits import ReplaceLine
from orderflow.domain.model.lifecycle import Action
from orderflow.domain.model.order import Hold, HoldReason
from orderflow.domain.model.validators import (
    IDENTIFIER_CHARACTERS_MAX,
    NOTE_CHARACTERS_MAX,
    UNITS_MAX,
)
from orderflow.domain.queries.actions import cancelling_command

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderflow.domain.model.order import Order
    from orderflow.service import Seller

__all__ = ["ORDER_ACTIONS", "ActionForm", "OrderAction"]

LINES_MAX = 100
"""How many lines a form lists."""
OFFERS_MAX = 20


class ActionForm(forms.Form):
    """The details of an action on an order.

    Args:
        data: What was sent, if anything.
        order: The order, as it is now.
        seller: Its seller.

    Attributes:
        commands: The kinds of command that it makes.
        lists_lines: Whether it lists the lines of the order.
    """

    commands: ClassVar[tuple[type[OrderCommand], ...]]
    lists_lines = False

    def __init__(self, data: Any, *, order: Order, seller: Seller) -> None:  # noqa: ANN401 - as Django has it
        super().__init__(data, label_suffix="")
        self.order = order
        self.add_fields(order, seller)

    @property
    def further_lines(self) -> int:
        """How many lines it does not list."""
        return max(0, len(self.order.lines) - LINES_MAX) if self.lists_lines else 0

    def add_fields(self, order: Order, seller: Seller) -> None:
        """Add the fields that depend on the order."""

    def command(self, fields: Mapping[str, Any]) -> OrderCommand:
        """Return the command, given the fields that all commands have."""
        raise NotImplementedError  # each form says which; none is made of this class


class SplitForm(ActionForm):
    """Which units are split off."""

    commands = (SplitOrder,)
    lists_lines = True

    def add_fields(self, order: Order, seller: Seller) -> None:  # noqa: ARG002 - as all forms have it
        """Add a field for each line."""
        for number, line in enumerate(order.lines[:LINES_MAX]):
            self.fields[f"units_{number}"] = forms.IntegerField(
                label=f"Units of line {line.line_id}, {line.sku}",
                required=False,
                min_value=0,
                max_value=line.quantity,
                help_text=f"{line.allocated:,} of {line.quantity:,} allocated",
            )
        self.fields["new_order_id"] = forms.CharField(
            label="Id of the new order",
            required=False,
            max_length=IDENTIFIER_CHARACTERS_MAX,
            help_text="If omitted: the id of this order and the next free number.",
        )

    def clean(self) -> dict[str, Any]:
        """Require a unit, if any number is given."""
        numbers = [self.cleaned_data.get(f"units_{each}") for each in range(LINES_MAX)]
        if 0 in numbers and not any(numbers) and not self.errors:
            text = "Enter at least one unit, or no number at all to split off all allocated units."
            raise forms.ValidationError(text)
        return self.cleaned_data

    def command(self, fields: Mapping[str, Any]) -> OrderCommand:
        """Return the command. Without any number, it splits off all units that are allocated."""
        units = tuple(
            (line.line_id, self.cleaned_data[f"units_{number}"])
            for number, line in enumerate(self.order.lines[:LINES_MAX])
            if self.cleaned_data[f"units_{number}"]
        )
        return SplitOrder(
            units=units or None, new_order_id=self.cleaned_data["new_order_id"] or None, **fields
        )


class CancelForm(ActionForm):
    """Why an order is cancelled."""

    commands = (CancelOrder, RequestCancellation)

    reason = forms.CharField(required=False, max_length=NOTE_CHARACTERS_MAX)

    def command(self, fields: Mapping[str, Any]) -> OrderCommand:
        """Return the command that cancels the order, or asks the warehouse to."""
        kind = cancelling_command(self.order.status) or CancelOrder
        return kind(reason=self.cleaned_data["reason"], **fields)


class HoldForm(ActionForm):
    """Why an order is put on hold, and until when."""

    commands = (HoldOrder,)

    reason = forms.ChoiceField(
        choices=[(str(each), status_label(each)) for each in HoldReason],
        initial=str(HoldReason.OTHER),
    )
    until = forms.DateTimeField(
        required=False, widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    note = forms.CharField(required=False, max_length=NOTE_CHARACTERS_MAX)
    deallocate = forms.BooleanField(
        label="Give back its units", required=False, help_text="Other orders may get them at once."
    )

    def add_fields(self, order: Order, seller: Seller) -> None:  # noqa: ARG002 - as all forms have it
        """Name the time zone."""
        zone = timezone.get_current_timezone_name()
        self.fields["until"].help_text = f"If omitted: until it is released. Time zone: {zone}."

    def command(self, fields: Mapping[str, Any]) -> OrderCommand:
        """Return the command."""
        given = self.cleaned_data
        hold = Hold(HoldReason(given["reason"]), given["until"], given["note"])
        return HoldOrder(hold=hold, deallocate=given["deallocate"], **fields)


class ReleaseForm(ActionForm):
    """Which hold is released."""

    commands = (ReleaseHold,)

    def add_fields(self, order: Order, seller: Seller) -> None:  # noqa: ARG002 - as all forms have it
        """Add the holds of the order."""
        holds = [(str(hold.reason), status_label(hold.reason)) for hold in order.holds]
        self.fields["reason"] = forms.ChoiceField(
            label="Hold", required=False, choices=[("", "All holds"), *holds]
        )

    def command(self, fields: Mapping[str, Any]) -> OrderCommand:
        """Return the command."""
        reason = self.cleaned_data["reason"]
        return ReleaseHold(reason=HoldReason(reason) if reason else None, **fields)


class ReplaceForm(ActionForm):
    """Which product takes the place of another one on a line."""

    commands = (EditOrder,)
    lists_lines = True

    sku = forms.CharField(label="New product", max_length=IDENTIFIER_CHARACTERS_MAX)
    units = forms.IntegerField(
        min_value=1,
        max_value=UNITS_MAX,
        initial=1,
        help_text="The customer gets this number of the new product …",
    )
    per = forms.IntegerField(
        min_value=1, max_value=UNITS_MAX, initial=1, help_text="… for this number of the old one."
    )
    reason = forms.CharField(required=False, max_length=NOTE_CHARACTERS_MAX)
    field_order = ("line", "sku", "units", "per", "reason")

    def add_fields(self, order: Order, seller: Seller) -> None:
        """Add the lines, short ones first, and what the catalogue offers."""
        lines = sorted(order.lines, key=lambda line: not line.short)[:LINES_MAX]
        self.fields["line"] = forms.ChoiceField(
            choices=[
                (
                    line.line_id,
                    f"{line.line_id}: {line.quantity:,} {line.sku}, {line.short:,} short",
                )
                for line in lines
            ]
        )
        found = seller.replacement_offers(order.order_id)
        offers = [
            f"{each.edit.sku} for line {each.edit.line_id}, {each.available:,} available"
            for each in found[:OFFERS_MAX]
        ]
        if len(found) > OFFERS_MAX:
            offers.append(f"and {len(found) - OFFERS_MAX:,} more")
        self.fields["sku"].help_text = f"Offers: {'; '.join(offers)}." if offers else ""
        self.order_fields(self.field_order)

    def command(self, fields: Mapping[str, Any]) -> OrderCommand:
        """Return the command."""
        given = self.cleaned_data
        line_id, sku, units, per = (given[each] for each in ("line", "sku", "units", "per"))
        edit = ReplaceLine(line_id, sku, units, per, given["reason"])
        return EditOrder(edits=(edit,), **fields)


@attrs.frozen
class OrderAction:
    """An action on an order.

    Attributes:
        name: Its name in addresses and permissions.
        actions: What it may do: the order has to allow one of them.
        title: What its button says.
        text: What it does.
        form: The form of its details.
    """

    name: str
    actions: tuple[Action, ...]
    title: str
    text: str
    form: type[ActionForm]

    @property
    def permission(self) -> str:
        """The permission that a user needs."""
        return f"orderflow_admin.{self.name}_order"


ORDER_ACTIONS = (
    OrderAction(
        "split",
        (Action.SPLIT,),
        "Split",
        "Units that are allocated leave as an order of their own. Without any number, all of them.",
        SplitForm,
    ),
    OrderAction(
        "replace",
        (Action.REPLACE_LINE,),
        "Replace a product",
        "The line gives back its units. The order is allocated again, and keeps its place.",
        ReplaceForm,
    ),
    OrderAction(
        "hold",
        (Action.HOLD,),
        "Hold",
        "The order gets no units, and is not sent to the warehouse, until the hold ends.",
        HoldForm,
    ),
    OrderAction(
        "release",
        (Action.RELEASE_HOLD,),
        "Release",
        "The hold ends, and the order is allocated again.",
        ReleaseForm,
    ),
    OrderAction(
        "cancel",
        (Action.CANCEL, Action.REQUEST_CANCELLATION),
        "Cancel",
        "The order gives back its units. Once it is at the warehouse, the warehouse is asked.",
        CancelForm,
    ),
)
