"""Alembic's entry: the connection comes from `campaigns.db.upgrade`, the metadata too (so db imports no context)."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=context.config.attributes.get("metadata"),
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
