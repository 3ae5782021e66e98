"""Pages of administrators: people, tokens, audit, programme."""
