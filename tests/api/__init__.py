"""Schemathesis against the shop of the how-to about FastAPI, on a real server."""
