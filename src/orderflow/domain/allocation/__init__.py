"""Who gets the stock: one serving of the queues."""
