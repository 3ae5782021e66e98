"""Pages about oneself: signing in and out, invitation, password, own settings."""
