"""What happened, told to systems outside: events, webhook endpoints, deliveries, external references."""
