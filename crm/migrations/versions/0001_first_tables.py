"""First tables: customers with phones and accounts, runs, the ledger, interactions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables, those that others refer to first."""
    _create_customer()
    _create_phone()
    _create_account()
    _create_engine_run()
    _create_ledger_event()
    _create_interaction()


def downgrade() -> None:
    """Drop the tables, those that refer to others first."""
    for table in ("interaction", "ledger_event", "engine_run", "account", "phone", "customer"):
        op.drop_table(table)


def _create_customer() -> None:
    op.create_table(
        "customer",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("tier", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("notes", sa.String, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customer"),
        sa.UniqueConstraint("external_id", name="uq_customer_external_id"),
    )


def _create_phone() -> None:
    op.create_table(
        "phone",
        sa.Column("id", sa.Integer, nullable=False),
        _customer_reference("phone"),
        sa.Column("e164", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_phone"),
        sa.UniqueConstraint("e164", "customer_id", name="uq_phone_e164_customer_id"),
    )
    op.create_index("ix_phone_customer_id", "phone", ["customer_id"])


def _create_account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, nullable=False),
        _customer_reference("account"),
        sa.Column("number", sa.String, nullable=False),
        sa.Column("pin_hash", sa.String, nullable=False),
        sa.Column("pin_attempts", sa.Integer, nullable=False),
        sa.Column("pin_tried_at_us", sa.BigInteger, nullable=False),
        sa.Column("balance_cents", sa.BigInteger, nullable=True),
        sa.Column("currency", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("number", name="uq_account_number"),
    )
    op.create_index("ix_account_customer_id", "account", ["customer_id"])


def _customer_reference(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("customer.id", name=f"fk_{table}_customer_id", ondelete="CASCADE")
    return sa.Column("customer_id", sa.Integer, key, nullable=False)


def _create_engine_run() -> None:
    op.create_table(
        "engine_run",
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("started_at_us", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("run", name="pk_engine_run"),
        sqlite_autoincrement=True,
    )


def _create_ledger_event() -> None:
    op.create_table(
        "ledger_event",
        sa.Column("run", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at_us", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("contact_id", sa.String, nullable=False),
        sa.Column("agent_id", sa.String, nullable=False),
        sa.Column("body", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("run", "sequence", name="pk_ledger_event"),
    )
    op.create_index("ix_ledger_event_at_us", "ledger_event", ["at_us"])
    op.create_index("ix_ledger_event_contact_id", "ledger_event", ["contact_id"])
    op.create_index(
        "ix_ledger_event_kind_agent_id_run_sequence", "ledger_event", ["kind", "agent_id", "run", "sequence"]
    )


def _create_interaction() -> None:
    texts = (
        "contact_id",
        "customer_id",
        "caller_number",
        "queue",
        "tier",
        "outcome",
        "agent_id",
        "disposition",
        "ended_by",
    )
    instants = ("arrived_us", "ended_at_us", "ivr_us", "queue_us", "talk_us", "wrap_up_us")
    op.create_table(
        "interaction",
        sa.Column("run", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in texts),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in instants),
        sa.Column("offers", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("run", "sequence", name="pk_interaction"),
    )
    op.create_index("ix_interaction_contact_id", "interaction", ["contact_id"])
    op.create_index("ix_interaction_customer_id_ended_at_us", "interaction", ["customer_id", "ended_at_us"])
    op.create_index("ix_interaction_ended_at_us", "interaction", ["ended_at_us"])
