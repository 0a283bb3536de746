"""add a description to datasets"""
import sqlalchemy as sa
from alembic import op

revision = "8b62d4e5f093"
down_revision = "3f1c9a0b7d21"


def upgrade() -> None:
    op.add_column("datasets", sa.Column("description", sa.String(2000), nullable=True))


def downgrade() -> None:
    op.drop_column("datasets", "description")
