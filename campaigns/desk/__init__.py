"""What a partner sees first, read over every context below: what is next, what is ready to go out, what went out."""
