"""Alembic's entry: runs in the process of the caller, on the database it was handed."""

from alembic import context

from service_api import tables
from service_api.core.database import WRITES, Database

database: Database = context.config.attributes["database"]

with database.engine.connect().execution_options(**{WRITES: True}) as connection:
    context.configure(
        connection=connection,
        target_metadata=tables.METADATA,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
