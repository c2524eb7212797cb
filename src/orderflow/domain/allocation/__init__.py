"""Allocation: who gets the stock when the queues are served."""
