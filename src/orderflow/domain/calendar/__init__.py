"""Working days and cut-off times of a warehouse."""
