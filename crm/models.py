"""The tables: customers with their phones and accounts, finished interactions, the ledger, the runs.

The declarations are what queries are written with; the tables themselves are made by
`crm.migrations`, and a test holds the two together. Instants are microseconds since 1970-01-01 UTC.

Texts have no length here: what is imported is bounded where it is read (`crm.customer_row`), and the
ledger must never lose an event because some text in it was longer than somebody had thought.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, MetaData, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.model.contact import VOICE


class Base(DeclarativeBase):
    """The tables of Goldline; named constraints, so that a migration can change each on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class CustomerRow(Base):
    """A customer; `external_id` is the business's own number and what the engine knows one by."""

    __tablename__ = "customer"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(default="")
    tier: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    notes: Mapped[str] = mapped_column(default="")
    attributes: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)


class PhoneRow(Base):
    """A number a customer calls from. A household shares one, so it is unique only per customer."""

    __tablename__ = "phone"
    __table_args__ = (UniqueConstraint("e164", "customer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    e164: Mapped[str]
    kind: Mapped[str] = mapped_column(default="main")


class AccountRow(Base):
    """An account a caller can name by its number and prove by its PIN, of which only a hash is kept.

    `pin_attempts` counts wrong PINs in a row, `pin_tried_at_us` is the instant of the last.
    """

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id", ondelete="CASCADE"), index=True)
    number: Mapped[str] = mapped_column(unique=True)
    pin_hash: Mapped[str] = mapped_column(default="")
    pin_attempts: Mapped[int] = mapped_column(default=0)
    pin_tried_at_us: Mapped[int] = mapped_column(BigInteger, default=0)
    balance_cents: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(default="USD")


class EngineRunRow(Base):
    """One start of the engine; its number is part of every identity the engine hands out."""

    __tablename__ = "engine_run"
    # Without it SQLite hands a number out again once the row with the highest one is deleted.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it once

    run: Mapped[int] = mapped_column(primary_key=True)
    started_at_us: Mapped[int] = mapped_column(BigInteger)


class LedgerEventRow(Base):
    """One domain event; (run, sequence) names it, so that writing it twice keeps it once.

    `agent_id` is the agent it is about, or the campaign where it is about one as a whole.
    """

    __tablename__ = "ledger_event"
    __table_args__ = (Index(None, "kind", "agent_id", "run", "sequence"),)

    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at_us: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str]
    contact_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str]
    body: Mapped[str]


class InteractionRow(Base):
    """A finished interaction, filled from `InteractionRecorded`; (run, sequence) is its ledger event.

    `customer_id` is the customer's external id, and no foreign key: the record outlives the customer.
    """

    __tablename__ = "interaction"
    __table_args__ = (Index(None, "customer_id", "ended_at_us"),)

    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    contact_id: Mapped[str] = mapped_column(index=True)
    customer_id: Mapped[str]
    caller_number: Mapped[str]
    queue: Mapped[str]
    tier: Mapped[str]
    outcome: Mapped[str]
    agent_id: Mapped[str]
    disposition: Mapped[str]
    ended_by: Mapped[str]
    arrived_us: Mapped[int] = mapped_column(BigInteger)
    ended_at_us: Mapped[int] = mapped_column(BigInteger, index=True)
    ivr_us: Mapped[int] = mapped_column(BigInteger)
    queue_us: Mapped[int] = mapped_column(BigInteger)
    talk_us: Mapped[int] = mapped_column(BigInteger)
    wrap_up_us: Mapped[int] = mapped_column(BigInteger)
    offers: Mapped[int]
    channel: Mapped[str] = mapped_column(server_default=VOICE)
    notes: Mapped[str] = mapped_column(server_default="")
    hold_us: Mapped[int] = mapped_column(BigInteger, server_default="0")
