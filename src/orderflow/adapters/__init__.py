"""What stands behind the ports. Each adapter is imported by whoever uses it, and no other."""
