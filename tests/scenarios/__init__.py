"""Worked cases that other systems are held to, each in the terms of orderflow.

Every test names the project and the case that it was read from, and the policy that the case
assumes. `NOT_HERE` lists the cases that cannot apply, each with the reason.
"""

PEGGED = "ties a short line to a receipt that has not come: pegging is not here yet"

NOT_HERE = {
    "34 Odoo test_report reception_1": PEGGED,
    "35 Odoo reception_2": PEGGED,
    "36 Odoo reception_5": PEGGED,
    "40 cosmicpython test_reallocates_if_necessary": (
        "allocates whole lines to batches with dates of arrival: stock here has no batches"
    ),
    "47 OCA queue before each": (
        "asks how many units stand before an order: an order is served, not told its rank"
    ),
    "54 Odoo forecast_1": PEGGED,
    "55 Odoo forecast_2": PEGGED,
    "django-oscar PR 4594, Saleor PR 17123": (
        "locks rows in the order of the basket: in memory a seller is locked, and no rows; "
        "that sellers and products do not block each other is case 110"
    ),
}
"""Cases by their number and source, with the reason why they, or a part, cannot apply."""
