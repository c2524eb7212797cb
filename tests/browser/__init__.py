"""Pages in a real browser: `make browser` runs these tests, and `make test` leaves them out."""
