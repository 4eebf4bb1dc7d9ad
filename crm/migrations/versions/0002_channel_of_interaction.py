"""Interactions of other channels than voice: tasks, mails and the like."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the channel; all that was recorded before were calls."""
    op.add_column("interaction", sa.Column("channel", sa.String, nullable=False, server_default="voice"))


def downgrade() -> None:
    """Take the channel away again."""
    op.drop_column("interaction", "channel")
