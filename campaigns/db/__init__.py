"""The ground: base, sessions, unit of work, jobs, outbox, audit, migrations."""
