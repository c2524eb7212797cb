"""Worked cases that other systems are held to, each in the terms of orderflow.

Every test names the project and the case that it was read from, and the policy that the case
assumes. `NOT_HERE` lists the cases that cannot apply, each with the reason.
"""

KEEP_OUT = "sources an order from several warehouses: an order here names its warehouse"
PEGGED = "ties a short line to a receipt that has not come: pegging is not here yet"
MOVED = "moves units between locations or shipments: an order stays in its warehouse"
CARTS = "counts what lies in carts: a hold before an order is placed is not here yet"

NOT_HERE = {
    "1 Solidus on_hand_first_spec": KEEP_OUT,
    "5 Solidus simple_coordinator_spec, two locations": KEEP_OUT,
    "6 Solidus simple_coordinator_spec, three locations": KEEP_OUT,
    "8 Spree prioritizer_spec": KEEP_OUT,
    "10 Spree prioritizer_spec, 1st has backorder": KEEP_OUT,
    "11 Saleor highest stock strategy": KEEP_OUT,
    "12 Saleor sorting order strategy": KEEP_OUT,
    "13 Saleor highest stock with reservations": CARTS,
    "14 Saleor sorting order with reservations": CARTS,
    "15 Saleor insufficient stock due to reservations": CARTS,
    "18 Magento GetDefaultSortedSourcesResultTest": KEEP_OUT,
    "19 Magento GetDefaultSortedSourcesResultTest, not shippable": KEEP_OUT,
    "21 Vendure issue 4030": KEEP_OUT,
    "22 Tryton test_assign_try_prefer_from_location": KEEP_OUT,
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
    "65 Saleor test_deallocate_stock_many_allocations": KEEP_OUT,
    "84 Solidus can only partially fulfil": MOVED,
    "django-oscar PR 4594, Saleor PR 17123": (
        "locks rows in the order of the basket: in memory a seller is locked, and no rows; "
        "that sellers and products do not block each other is case 110"
    ),
}
"""Cases by their number and source, with the reason why they, or a part, cannot apply."""
