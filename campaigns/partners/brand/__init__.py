"""A partner's brand kit: logos, colours, names and contact data, in frozen revisions."""
