"""Imports of lists, and the mappings of their columns that campaigns keep."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TEXTS = ("campaign", "list_name", "order_key", "state", "body")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "list_import",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in _TEXTS),
    )
    op.create_index("ix_list_import_campaign_list_name", "list_import", ["campaign", "list_name"])
    op.create_index("ix_list_import_order_key", "list_import", ["order_key"])
    op.create_table(
        "list_mapping",
        sa.Column("campaign", sa.String, primary_key=True),
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("mapping", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("list_mapping")
    op.drop_table("list_import")
