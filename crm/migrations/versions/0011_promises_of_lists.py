"""A list that is switched off may have its promised calls made all the same."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a list keep its promises; none does that was switched off before."""
    kept = sa.Column("keeps_promises", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("lead_list", kept)


def downgrade() -> None:
    """Hold the promised calls of every list that is switched off."""
    op.drop_column("lead_list", "keeps_promises")
