"""What the ledger writes of a domain event: the columns of its tables."""

from __future__ import annotations

from typing import Any

import orjson

from core.model.campaign_events import CampaignEvent
from core.model.codec import encode
from core.model.contact import VOICE
from core.model.message import DomainEvent
from crm.leads.listings import listing_key
from crm.models import InteractionRow

Entry = dict[str, Any]
"""One event as the columns of `ledger_event`; also, as JSON, one line of the spool."""

_INTERACTION_COLUMNS = tuple(column.name for column in InteractionRow.__table__.columns)
_UNTOLD = {"channel": VOICE, "notes": "", "hold_us": 0}


def entry_of(event: DomainEvent, run: int, sequence: int) -> Entry:
    """Return the columns of `ledger_event` for the event that is number `sequence` of its run."""
    return {
        "run": run,
        "sequence": sequence,
        "at_us": event.at_us,
        "kind": type(event).__name__,
        "contact_id": _clean(getattr(event, "contact_id", "")),
        "agent_id": _clean(_whose(event)),
        "body": encode(event).decode(),
    }


def interaction_of(entry: Entry) -> Entry:
    """Return the columns of `interaction` for a ledger entry of `InteractionRecorded`.

    An entry that an older program left in the spool says nothing of channels (it had one), notes or holds.
    """
    told = entry | _UNTOLD | orjson.loads(entry["body"]) | {"ended_at_us": entry["at_us"]}
    return {name: _clean(told[name]) for name in _INTERACTION_COLUMNS}


def listed_of(entry: Entry) -> Entry:
    """Return the columns of `listed_number` for a ledger entry of `NumberForbidden`."""
    told = orjson.loads(entry["body"])
    key = listing_key("" if told["everywhere"] else told["campaign"])
    columns = {"number": told["number"], "listing": key, "reason": told["reason"], "at_us": entry["at_us"]}
    return {name: _clean(value) for name, value in columns.items()}


def _whose(event: DomainEvent) -> str:
    """Return the agent an event is about, or the campaign where it is about one as a whole."""
    return event.campaign if isinstance(event, CampaignEvent) else getattr(event, "agent_id", None) or ""


def _clean(value: Any) -> Any:
    """Return a text without NUL, which PostgreSQL keeps in no column; the body has it escaped."""
    return value.replace("\0", "") if isinstance(value, str) else value
