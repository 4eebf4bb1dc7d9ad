"""Results: what attempts are counted by, and conversions that other systems tell."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_TEXTS = (
    "country",
    "list_name",
    "segment",
    "arm",
    "tier",
    "customer_id",
    "agent_id",
    "caller_id",
    "disposition",
)


def upgrade() -> None:
    """Add the columns and make the tables."""
    for column in _columns():
        op.add_column("attempt", column)
    op.create_index("ix_attempt_customer_id_dialed_us", "attempt", ["customer_id", "dialed_us"])
    _create_conversion()


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("conversion")
    op.drop_index("ix_attempt_customer_id_dialed_us", "attempt")
    for column in reversed(_columns()):
        op.drop_column("attempt", column.name)


def _columns() -> list[sa.Column[Any]]:
    return [
        *(sa.Column(name, sa.String, nullable=False, server_default="") for name in _TEXTS),
        sa.Column("nth", sa.Integer, nullable=False, server_default="0"),
        sa.Column("hour", sa.Integer, nullable=False, server_default="-1"),
        sa.Column("talk_us", sa.BigInteger, nullable=False, server_default="0"),
    ]


def _create_conversion() -> None:
    op.create_table(
        "conversion",
        sa.Column("attempt_id", sa.String, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("value_cents", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", "reference", name="pk_conversion"),
    )
