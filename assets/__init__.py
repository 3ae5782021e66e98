"""Starter kits, demo brands and the scripts that draw them."""
