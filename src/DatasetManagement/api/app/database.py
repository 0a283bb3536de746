"""Connections, the tables, and where the schema stands."""
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from .settings import database_url

metadata = sa.MetaData()

# Only columns that every schema since the second revision has: during a rollout and after a rollback these pods meet a newer one.
datasets = sa.Table(
    "datasets",
    metadata,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False),
    sa.Column("description", sa.String(2000)),
    sa.Column("created_at", sa.DateTime(timezone=True)),
)

engine = sa.create_engine(
    database_url(),
    pool_size=5,
    max_overflow=5,
    pool_pre_ping=True,
    connect_args={"connect_timeout": 3, "application_name": "dataset-management-api"},
)


def schema_revision() -> str | None:
    """The revision in alembic_version; None before the first migration."""
    with engine.connect() as connection:
        try:
            return connection.execute(sa.text("select version_num from alembic_version")).scalar()
        except ProgrammingError:
            return None
