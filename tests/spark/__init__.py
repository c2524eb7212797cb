"""Data frames of Spark: `make spark` runs these tests, and `make test` leaves them out."""
