"""Leads: campaigns, lists, leads with their numbers, attempts, and who may not be called."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_LEAD_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _create_campaign()
    _create_lead_list()
    _create_lead()
    _create_lead_number()
    _create_attempt()
    _create_listed_number()
    _create_register()


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    for table in ("register", "listed_number", "attempt", "lead_number", "lead", "lead_list", "campaign"):
        op.drop_table(table)


def _create_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_campaign"),
        sa.UniqueConstraint("name", name="uq_campaign_name"),
    )


def _create_lead_list() -> None:
    op.create_table(
        "lead_list",
        sa.Column("id", sa.Integer, nullable=False),
        _reference("campaign", of="lead_list"),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("weight", sa.Integer, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("complete", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lead_list"),
        sa.UniqueConstraint("campaign_id", "name", name="uq_lead_list_campaign_id_name"),
    )


def _create_lead() -> None:
    texts = ("external_id", "person_id", "customer_id", "name", "tier", "language", "owner")
    op.create_table(
        "lead",
        sa.Column("id", _LEAD_ID, autoincrement=False, nullable=False),
        _reference("campaign", of="lead"),
        sa.Column(
            "list_id",
            sa.Integer,
            sa.ForeignKey("lead_list.id", name="fk_lead_list_id", ondelete="CASCADE"),
            nullable=False,
        ),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        sa.Column("rank", sa.Integer, nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("digest", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("standing", sa.BigInteger, nullable=False),
        sa.Column("due_us", sa.BigInteger, nullable=False),
        sa.Column("lease_id", sa.String, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("callback", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lead"),
        sa.UniqueConstraint("list_id", "external_id", name="uq_lead_list_id_external_id"),
    )
    _create_partial_index("ix_lead_ready", ["campaign_id", "standing", "id"], "state = 0")
    _create_partial_index("ix_lead_waiting", ["campaign_id", "due_us"], "state = 1")


def _create_lead_number() -> None:
    op.create_table(
        "lead_number",
        sa.Column(
            "lead_id",
            _LEAD_ID,
            sa.ForeignKey("lead.id", name="fk_lead_number_lead_id", ondelete="CASCADE"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        *(
            sa.Column(name, sa.String, nullable=False)
            for name in ("number", "kind", "country", "zones", "regions")
        ),
        sa.PrimaryKeyConstraint("lead_id", "place", name="pk_lead_number"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_lead_number_number", "lead_number", ["number"])


def _create_attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("attempt_id", sa.String, nullable=False),
        sa.Column("campaign_id", sa.Integer, nullable=False),
        sa.Column("lead_id", sa.BigInteger, nullable=False),
        sa.Column("person_id", sa.String, nullable=False),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("dialed_us", sa.BigInteger, nullable=False),
        sa.Column("outcome", sa.String, nullable=False),
        sa.Column("refused", sa.Boolean, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="pk_attempt"),
    )
    for column in ("person_id", "number", "campaign_id"):
        op.create_index(f"ix_attempt_{column}_dialed_us", "attempt", [column, "dialed_us"])


def _create_listed_number() -> None:
    op.create_table(
        "listed_number",
        *(sa.Column(name, sa.String, nullable=False) for name in ("number", "listing", "reason")),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("number", "listing", name="pk_listed_number"),
        sqlite_with_rowid=False,
    )


def _create_register() -> None:
    op.create_table(
        "register",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("from_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_register"),
    )


def _reference(table: str, of: str) -> sa.Column[int]:
    key = sa.ForeignKey(f"{table}.id", name=f"fk_{of}_{table}_id", ondelete="CASCADE")
    return sa.Column(f"{table}_id", sa.Integer, key, nullable=False)


def _create_partial_index(name: str, columns: list[str], where: str) -> None:
    op.create_index(name, "lead", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
