"""PDF: a template compiled once, a partner overlay, an appended section."""
