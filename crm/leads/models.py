"""The tables of the dialer: campaigns, their lists, leads with numbers, attempts, who may not be called.

A lead's id is its list's id in the upper half and its place in the list in the lower: the leads of a list lie
together, and nobody has to ask the database for one. Two partial indexes are the lines: of the leads of
a list that may come up, by standing, and of those of a campaign that wait, by time.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from crm.models import Base

PLACE_BITS = 32
"""Bits of a lead's id that say its place in the list."""

# SQLite makes its row id of an INTEGER key alone, and all its integers have 64 bits.
_LeadId = BigInteger().with_variant(Integer, "sqlite")


class CampaignRow(Base):
    """A campaign, as the lists know it: by its name."""

    __tablename__ = "campaign"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class LeadListRow(Base):
    """A list of a campaign; `places` counts those given out to leads, `complete` that it was loaded whole.

    Of one that is not `active` nobody is leased, but for promised calls where it `keeps_promises`.
    """

    __tablename__ = "lead_list"
    __table_args__ = (UniqueConstraint("campaign_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    name: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    weight: Mapped[int] = mapped_column(default=1)
    places: Mapped[int] = mapped_column(default=0)
    complete: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True, server_default=true())
    keeps_promises: Mapped[bool] = mapped_column(default=False, server_default=false())


class LeadRow(Base):
    """A lead. `state` is a `crm.leads.records.LeadState`, `due_us` when a waiting one comes up again.

    A lease is a wait that ends with it: `lease_id` says whose. `digest` tells whether a list brings news. A
    `callback` is its owner's until `alone_until_us`, for ever where that is 0.
    """

    __tablename__ = "lead"
    __table_args__ = (
        UniqueConstraint("list_id", "external_id"),
        Index(
            "ix_lead_ready",
            "list_id",
            "standing",
            "id",
            sqlite_where=text("state = 0"),
            postgresql_where=text("state = 0"),
        ),
        Index(
            "ix_lead_waiting",
            "campaign_id",
            "due_us",
            sqlite_where=text("state = 1"),
            postgresql_where=text("state = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(_LeadId, primary_key=True, autoincrement=False)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    list_id: Mapped[int] = mapped_column(ForeignKey("lead_list.id", ondelete="CASCADE"))
    external_id: Mapped[str]
    person_id: Mapped[str]
    customer_id: Mapped[str]
    name: Mapped[str]
    tier: Mapped[str]
    language: Mapped[str]
    owner: Mapped[str]
    rank: Mapped[int]
    fields: Mapped[list[list[str]]] = mapped_column(JSON)
    digest: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[int]
    standing: Mapped[int] = mapped_column(BigInteger)
    due_us: Mapped[int] = mapped_column(BigInteger, default=0)
    lease_id: Mapped[str] = mapped_column(default="")
    attempts: Mapped[int] = mapped_column(default=0)
    callback: Mapped[bool] = mapped_column(default=False)
    alone_until_us: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


class LeadNumberRow(Base):
    """A number of a lead, in the order in which they are tried; zones and regions parted by blanks."""

    __tablename__ = "lead_number"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once

    lead_id: Mapped[int] = mapped_column(
        _LeadId, ForeignKey("lead.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    country: Mapped[str]
    zones: Mapped[str]
    regions: Mapped[str]


class AttemptRow(Base):
    """One attempt, for ever: it outlives its lead, and nothing of it changes. `body` is the record as JSON.

    What results are parted by has columns of its own; `hour` is that of the called person's day, -1 where
    nobody knows the zone.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        Index(None, "person_id", "dialed_us"),
        Index(None, "number", "dialed_us"),
        Index(None, "campaign_id", "dialed_us"),
        Index(None, "customer_id", "dialed_us"),
    )

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    campaign_id: Mapped[int]
    lead_id: Mapped[int] = mapped_column(BigInteger)
    person_id: Mapped[str]
    number: Mapped[str]
    dialed_us: Mapped[int] = mapped_column(BigInteger)
    outcome: Mapped[str]
    refused: Mapped[bool]
    body: Mapped[str]
    country: Mapped[str] = mapped_column(server_default="")
    list_name: Mapped[str] = mapped_column(server_default="")
    segment: Mapped[str] = mapped_column(server_default="")
    arm: Mapped[str] = mapped_column(server_default="")
    tier: Mapped[str] = mapped_column(server_default="")
    customer_id: Mapped[str] = mapped_column(server_default="")
    nth: Mapped[int] = mapped_column(server_default="0")
    hour: Mapped[int] = mapped_column(server_default="-1")
    agent_id: Mapped[str] = mapped_column(server_default="")
    caller_id: Mapped[str] = mapped_column(server_default="")
    disposition: Mapped[str] = mapped_column(server_default="")
    talk_us: Mapped[int] = mapped_column(BigInteger, server_default="0")


class EngagedRow(Base):
    """A person, or a telephone, that an attempt is at: `whom` is of `core.model.lead.at_whom`.

    No other attempt is made there until this one lets go, or `until_us` is over.
    """

    __tablename__ = "engaged"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once

    whom: Mapped[str] = mapped_column(primary_key=True)
    attempt_id: Mapped[str]
    until_us: Mapped[int] = mapped_column(BigInteger)


class ConversionRow(Base):
    """A success that another system tells of an attempt; `reference` is that system's own name for it."""

    __tablename__ = "conversion"

    attempt_id: Mapped[str] = mapped_column(primary_key=True)
    reference: Mapped[str] = mapped_column(primary_key=True)
    at_us: Mapped[int] = mapped_column(BigInteger)
    value_cents: Mapped[int] = mapped_column(BigInteger)


class ListedNumberRow(Base):
    """A number that may not be called, or an area that ends in `*`, and on which list it stands.

    The list is `house`, `campaign/NAME`, or the name of a register.
    """

    __tablename__ = "listed_number"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012 - SQLAlchemy reads it once

    number: Mapped[str] = mapped_column(primary_key=True)
    listing: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(default="")
    at_us: Mapped[int] = mapped_column(BigInteger)


class RegisterRow(Base):
    """A do-not-call register that we have a copy of, and of when it is."""

    __tablename__ = "register"

    name: Mapped[str] = mapped_column(primary_key=True)
    from_us: Mapped[int] = mapped_column(BigInteger)
