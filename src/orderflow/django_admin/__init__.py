"""The admin of Django: lists of orders, stock and messages, and actions on an order.

Add the app to `INSTALLED_APPS`, and name your `OrderFlow` in the setting `ORDERFLOW_FLOW`. It works
on the tables and the connection of that flow. It needs Django, which the extra `django` installs.
"""
