"""What looks over all orders of a seller: the backlog, exceptions, low stock, service levels."""
