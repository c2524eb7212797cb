"""The laboratory: policies compared on a history."""
