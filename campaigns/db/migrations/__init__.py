"""Alembic's folder: a linear history of the schema."""
