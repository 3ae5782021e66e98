"""Whether two companies are the same, and why: pure comparison, no database, nothing looked up on a network."""
