"""What each command does: from a command and a state to an outcome."""
