"""The product's own mail: single messages owed, and what is kept as files when there is no SMTP server."""
