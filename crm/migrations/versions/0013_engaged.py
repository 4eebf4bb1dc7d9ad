"""Whom attempts are at, so that no two engines are at one person or telephone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table; nobody is engaged."""
    op.create_table(
        "engaged",
        sa.Column("whom", sa.String, nullable=False),
        sa.Column("attempt_id", sa.String, nullable=False),
        sa.Column("until_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("whom", name="pk_engaged"),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Forget who is engaged."""
    op.drop_table("engaged")
