"""Signed links and append-only touchpoints."""
