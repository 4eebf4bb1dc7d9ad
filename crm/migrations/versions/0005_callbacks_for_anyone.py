"""Callbacks that are one agent's for a while, and anyone's after that."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the instant; what was promised before is its agent's for ever."""
    column = sa.Column("alone_until_us", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("lead", column)


def downgrade() -> None:
    """Take the instant away again."""
    op.drop_column("lead", "alone_until_us")
