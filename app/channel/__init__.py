"""Pages of channel managers: the reviewer's desk, accounts and opportunities, the rules of registration."""
