"""How the work grows with an order, counted in steps: twice the order, twice the work."""
