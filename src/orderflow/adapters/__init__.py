"""Implementations of the ports. Import only the adapters that you use."""
