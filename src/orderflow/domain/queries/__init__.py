"""Questions about a state; none of them changes it."""
