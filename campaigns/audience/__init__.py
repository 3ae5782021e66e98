"""Contacts, lists, consent, suppression."""
