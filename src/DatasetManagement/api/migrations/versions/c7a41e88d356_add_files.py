"""add the files of a dataset"""
import sqlalchemy as sa
from alembic import op

revision = "c7a41e88d356"
down_revision = "8b62d4e5f093"


def upgrade() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("dataset_id", sa.BigInteger, sa.ForeignKey("datasets.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("path", sa.String(1000), nullable=False),
        sa.Column("size_bytes", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("dataset_id", "path"),
    )


def downgrade() -> None:
    op.drop_table("files")
