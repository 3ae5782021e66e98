"""What comes back in: signed changes of other systems, applied to deals, leads and accounts by who owns which field."""
