"""Plan rates: what a currency is worth in a programme's own, per fiscal period."""
