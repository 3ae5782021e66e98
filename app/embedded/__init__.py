"""The one-command stack: embedded PostgreSQL and Valkey, web, workers and beat, supervised as one."""
