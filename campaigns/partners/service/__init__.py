"""Use cases of organisations and people, one module per use."""
