"""The admin of Django, as its staff uses it."""
