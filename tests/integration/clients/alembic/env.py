"""Alembic's environment: the test hands over engine and metadata."""
from alembic import context

given = context.config.attributes
options = {"target_metadata": given["metadata"], "compare_type": True, "compare_server_default": True,
           "include_schemas": False, "transaction_per_migration": True}
if context.is_offline_mode():
    context.configure(dialect_name=given["engine"].dialect.name, literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    with given["engine"].connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
