"""What every context stands on: settings, errors, actor, clock, ids, ports."""
