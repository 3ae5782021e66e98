"""Turns a kit, a brand and a locale into bytes. Pure: no database, clock, environment or network."""
