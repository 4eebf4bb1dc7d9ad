"""How long the customer was on hold, a part of the handle time beside talk and wrap-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# PostgreSQL reads no JSON in which there is a NUL, as there may be in what somebody wrote.
_TOLD = {
    "sqlite": "json_extract(body, '$.hold_us')",
    "postgresql": """CAST(substring(body from '"hold_us":([0-9]+)') AS bigint)""",
}
_FILL = """
UPDATE interaction SET hold_us = coalesce((
    SELECT {told} FROM ledger_event
    WHERE ledger_event.run = interaction.run AND ledger_event.sequence = interaction.sequence
), 0) WHERE talk_us > 0
"""


def upgrade() -> None:
    """Add the time; of the interactions so far the ledger's own events tell it."""
    op.add_column("interaction", sa.Column("hold_us", sa.BigInteger, nullable=False, server_default="0"))
    op.execute(_FILL.format(told=_TOLD[op.get_bind().dialect.name]))


def downgrade() -> None:
    """Take the time away again."""
    op.drop_column("interaction", "hold_us")
