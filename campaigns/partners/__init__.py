"""Organisations, people, roles, sessions, tokens, brand kits and their frozen revisions."""
