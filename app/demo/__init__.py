"""The demo programme: seeded once, then its campaign co-branded and launched for every partner."""
