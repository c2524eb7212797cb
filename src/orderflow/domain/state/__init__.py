"""How state changes: the fold of events, and the views that decisions read."""
