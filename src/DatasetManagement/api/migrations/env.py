"""Runs the revisions against DATABASE_URL, each in a transaction of its own."""
import os
from logging.config import fileConfig

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.settings import database_url

# Two runs at once would both do the work; the second waits for the first, then finds it done.
ADVISORY_LOCK = 7_236_154_901
# A revision that waits for a lock makes every later query wait behind it.
LOCK_TIMEOUT = os.environ.get("MIGRATION_LOCK_TIMEOUT", "5s")

fileConfig(context.config.config_file_name, disable_existing_loggers=False)


def run_offline() -> None:
    """Prints SQL instead of running it."""
    context.configure(url="postgresql://", literal_binds=True, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Runs under an advisory lock that ends with the session."""
    engine = create_engine(database_url(), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": ADVISORY_LOCK})
        connection.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        if connection.in_transaction():
            connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
