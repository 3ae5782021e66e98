"""Figures over everything: read only, of the reader's own tenant, each with its run and its denominator."""
