"""A portal of a warehouse: sellers look after their orders, and the warehouse books stock in."""
