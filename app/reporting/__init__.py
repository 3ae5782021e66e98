"""Pages of reports: the same for a vendor and for a partner, each with its own rows."""
