"""Each list of a campaign has a line of its own, and may be switched off.

Where a lead stands says nothing of its list any more: its position is let go of, and the turn of an untried
lead is its place in the list, which is in its id.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PLACE = (1 << 32) - 1
_TURN_BITS = 38
_TRIED = 1 << _TURN_BITS
_TURN = _TRIED - 1
_POSITION_SHIFT = _TURN_BITS + 1
_POSITION = 255 << _POSITION_SHIFT
_TURNS_PER_LEAD = 1_000
_READY = sa.text("state = 0")


def upgrade() -> None:
    """Let each list have its line."""
    op.drop_index("ix_lead_ready", "lead")
    op.add_column("lead_list", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()))
    op.execute(
        f"UPDATE lead SET standing = CASE WHEN (standing & {_TRIED}) = 0"
        f" THEN (standing & ~{_POSITION | _TURN}) | (id & {_PLACE})"
        f" ELSE standing & ~{_POSITION} END"
    )
    _create_line(["list_id", "standing", "id"])


def downgrade() -> None:
    """Let all lists of a campaign be one line again."""
    op.drop_index("ix_lead_ready", "lead")
    op.execute(
        "UPDATE lead SET standing = (SELECT"
        f" (lead.standing & ~{_TURN}) | (CAST(list.position AS BIGINT) << {_POSITION_SHIFT})"
        f" | CASE WHEN (lead.standing & {_TRIED}) = 0"
        f" THEN (lead.id & {_PLACE}) * {_TURNS_PER_LEAD} / list.weight ELSE lead.standing & {_TURN} END"
        " FROM lead_list list WHERE list.id = lead.list_id)"
    )
    op.drop_column("lead_list", "active")
    _create_line(["campaign_id", "standing", "id"])


def _create_line(columns: list[str]) -> None:
    op.create_index("ix_lead_ready", "lead", columns, sqlite_where=_READY, postgresql_where=_READY)
