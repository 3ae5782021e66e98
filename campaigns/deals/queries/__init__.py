"""Reads of deals: a partner's, the reviewer's desk, the rules."""
