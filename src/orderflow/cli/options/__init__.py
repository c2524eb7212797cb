"""The options and arguments of commands, and how they are read."""
