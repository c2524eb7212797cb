"""The state of a seller: the fold of events, and the views that decisions read."""
