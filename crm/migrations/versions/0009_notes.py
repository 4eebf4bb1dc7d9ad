"""What agents wrote about an interaction."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the notes; of the interactions so far nothing was written."""
    op.add_column("interaction", sa.Column("notes", sa.String, nullable=False, server_default=""))


def downgrade() -> None:
    """Take the notes away again."""
    op.drop_column("interaction", "notes")
