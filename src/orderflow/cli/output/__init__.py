"""What commands print: tables, listings, JSON, CSV and progress."""
