"""Draws the starter kits and the demo brands; everything here is reproducible from text."""
