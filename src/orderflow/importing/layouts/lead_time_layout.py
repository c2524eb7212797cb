"""The columns of a file of lead times."""

from __future__ import annotations

import attrs

from orderflow.importing.layouts.layout_checks import check_some
from orderflow.importing.layouts.name_fields import REQUIRED, Names, names_of

__all__ = ["LeadTimeLayout"]


@attrs.frozen(kw_only=True)
class LeadTimeLayout:
    """The column names of a file of lead times.

    Attributes:
        sku: The product.
        lead_days: The days from ordering a delivery to its arrival.
        must_have: Columns that a file must have, as in `OrderLayout`.
        quoted: Whether cells may be quoted.
    """

    sku: Names = attrs.field(
        default=("sku",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    lead_days: Names = attrs.field(
        default=("lead_days",), converter=names_of, validator=check_some, metadata=REQUIRED
    )
    must_have: frozenset[str] = frozenset()
    quoted: bool = True
