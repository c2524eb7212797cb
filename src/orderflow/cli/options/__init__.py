"""Options and arguments that commands take, and how they are read."""
