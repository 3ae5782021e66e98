"""The campaign "Wi-Fi nobody talks about": a hotel at night, and a breakfast."""
