"""Pictures: composition and encoding."""
