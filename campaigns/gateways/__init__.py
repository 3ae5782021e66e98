"""What implements core.ports: storage, mail transport, queue."""
