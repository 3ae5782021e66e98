"""Every check of a kit; each returns all of its problems at once."""
