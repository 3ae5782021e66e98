"""Deal registration: a partner's claim to an opportunity, decided by public rules, protected for a time."""
