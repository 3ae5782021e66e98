"""The programming interface; one folder per version."""
