"""The ledger of all runs, as an engine that starts reads it, and whoever asks about one contact."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from sqlalchemy import and_, bindparam, exists, func, or_, select

from core.model.attempt_events import AttemptDialed, AttemptEnded, AttemptRecalled
from core.model.callback_events import CallbackBooked
from core.model.campaign_events import CampaignChanged, CampaignLearned, RulesSet
from core.model.campaign_requests import RestoreCampaign, RestoreExperience, RestoreRules
from core.model.codec import decode_as
from core.model.events import (
    AgentStateChanged,
    ContactArrived,
    ContactEvent,
    ContactRecalled,
    QualityLearned,
    WorkAdded,
)
from core.model.ids import ContactId
from core.model.message import DomainEvent
from core.model.requests import RestoreAgent, RestoreAgentLevels, RestoreAgentQueues, RestoreQuality
from core.model.supervision import AgentLevelsSet, AgentQueuesSet
from crm.agent_levels import fold_agent_levels
from crm.agent_quality import fold_quality
from crm.agent_queues import fold_agent_queues
from crm.agent_states import fold_agent_states
from crm.campaign_experience import fold_campaign_experience
from crm.campaign_rules import fold_campaign_rules
from crm.campaign_states import fold_campaign_states
from crm.database import Database
from crm.models import InteractionRow, LedgerEventRow
from crm.open_attempts import fold_open_attempts
from crm.open_contacts import fold_open_contacts

E = TypeVar("E", bound=DomainEvent)

CAMPAIGN_CHANGES_MAX = 10_000
"""How far back the last state of a campaign is looked for: months, where one runs dry every few minutes."""

_EVENTS = select(LedgerEventRow.kind, LedgerEventRow.body).order_by(
    LedgerEventRow.run, LedgerEventRow.sequence
)
_LAST_TOLD = (
    select(LedgerEventRow.kind, LedgerEventRow.body)
    .where(LedgerEventRow.kind == bindparam("kind"))
    .order_by(LedgerEventRow.run.desc(), LedgerEventRow.sequence.desc())
    .limit(bindparam("count"))
)
_HISTORY = _EVENTS.where(LedgerEventRow.contact_id == bindparam("contact_id"))

# A callback may wait for days, and there are few: all of them count.
_ARRIVALS = select(LedgerEventRow.contact_id).where(
    or_(
        and_(LedgerEventRow.at_us >= bindparam("since_us"), LedgerEventRow.kind == ContactArrived.__name__),
        LedgerEventRow.kind.in_((CallbackBooked.__name__, WorkAdded.__name__)),
    )
)
_UNRECORDED = _EVENTS.where(
    LedgerEventRow.contact_id.in_(
        _ARRIVALS.where(~exists().where(InteractionRow.contact_id == LedgerEventRow.contact_id))
    )
)
_DIALED = select(LedgerEventRow.contact_id).where(
    LedgerEventRow.kind == AttemptDialed.__name__, LedgerEventRow.at_us >= bindparam("since_us")
)
_ENDED = select(LedgerEventRow.contact_id).where(
    LedgerEventRow.kind == AttemptEnded.__name__, LedgerEventRow.at_us >= bindparam("since_us")
)
_UNENDED = _EVENTS.where(LedgerEventRow.contact_id.in_(_DIALED), LedgerEventRow.contact_id.not_in(_ENDED))
_LAST_INSTANT = select(func.max(LedgerEventRow.at_us))

_RECENCY = func.row_number().over(
    partition_by=LedgerEventRow.agent_id,
    order_by=(LedgerEventRow.run.desc(), LedgerEventRow.sequence.desc()),
)
_CHANGES = select(LedgerEventRow.kind, LedgerEventRow.body, _RECENCY.label("recency")).where(
    LedgerEventRow.kind == bindparam("kind")
)


def _latest(changes: Any) -> Any:
    """Return the query of the last of each agent's `changes`."""
    ranked = changes.subquery()
    return select(ranked.c.kind, ranked.c.body).where(ranked.c.recency == 1)


_LAST_CHANGES = _latest(_CHANGES)
_CHANGES_UNTIL = _latest(_CHANGES.where(LedgerEventRow.at_us <= bindparam("until_us")))


class LedgerReader:
    """What `database` holds of all runs of the engine."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- what happened ----------------------------------------------------------------------------

    async def history(self, contact_id: ContactId) -> Sequence[DomainEvent]:
        """Return all that happened to one contact, oldest first."""
        return await self._read(DomainEvent, _HISTORY, contact_id=contact_id)

    async def changes(self, until_us: int) -> Sequence[AgentStateChanged]:
        """Return the last change of state of each agent up to the instant `until_us`."""
        return await self._last(AgentStateChanged, until_us)

    async def assignments(self, until_us: int) -> Sequence[AgentQueuesSet]:
        """Return which queues each agent of whom it was ever said served last, up to `until_us`."""
        return await self._last(AgentQueuesSet, until_us)

    async def levels(self, until_us: int) -> Sequence[AgentLevelsSet]:
        """Return which levels were set last of each agent of whom it was ever said, up to `until_us`."""
        return await self._last(AgentLevelsSet, until_us)

    # --- what a start of the engine takes up again ------------------------------------------------

    async def last_agent_states(self) -> Sequence[RestoreAgent]:
        """Return what each agent not logged out was doing last."""
        return fold_agent_states(await self._last(AgentStateChanged))

    async def learned_quality(self) -> Sequence[RestoreQuality]:
        """Return what had been learned last of each agent."""
        return fold_quality(await self._last(QualityLearned))

    async def agent_queues(self) -> Sequence[RestoreAgentQueues]:
        """Return which queues those serve who do not serve all they may."""
        return fold_agent_queues(await self._last(AgentQueuesSet))

    async def agent_levels(self) -> Sequence[RestoreAgentLevels]:
        """Return which levels are not as configured."""
        return fold_agent_levels(await self._last(AgentLevelsSet))

    async def campaign_experience(self) -> Sequence[RestoreExperience]:
        """Return what had been learned last by each campaign."""
        return fold_campaign_experience(await self._last(CampaignLearned))

    async def campaign_rules(self) -> Sequence[RestoreRules]:
        """Return what is set at work for campaigns that do not go by their file alone."""
        return fold_campaign_rules(await self._last(RulesSet))

    async def last_campaign_states(self) -> Sequence[RestoreCampaign]:
        """Return the last state of each campaign."""
        kind = CampaignChanged
        told = await self._read(kind, _LAST_TOLD, kind=kind.__name__, count=CAMPAIGN_CHANGES_MAX)
        return fold_campaign_states(reversed(told))

    async def open_attempts(self, since_us: int) -> Sequence[AttemptRecalled]:
        """Return the attempts dialed from `since_us` on that have no end; oldest first."""
        return fold_open_attempts(await self._read(DomainEvent, _UNENDED, since_us=since_us))

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Return callbacks, work, and contacts from `since_us` on, that have no record; oldest first."""
        told = await self._read(ContactEvent, _UNRECORDED, since_us=since_us)
        async with self._database.reading() as connection:
            seen_us = (await connection.execute(_LAST_INSTANT)).scalar_one()
        return fold_open_contacts(told, seen_us or 0)

    # --- the database -----------------------------------------------------------------------------

    async def _last(self, kind: type[E], until_us: int | None = None) -> Sequence[E]:
        """Return the last event of `kind` of each agent, or campaign; up to `until_us` where it is given."""
        if until_us is None:
            return await self._read(kind, _LAST_CHANGES, kind=kind.__name__)
        return await self._read(kind, _CHANGES_UNTIL, kind=kind.__name__, until_us=until_us)

    async def _read(self, of: type[E], query: Any, **values: object) -> Sequence[E]:
        """Return the events a query finds, which are all `of` that class."""
        async with self._database.reading() as connection:
            rows = await connection.execute(query, values)
            return [cast(E, decode_as(row.kind, row.body)) for row in rows]
