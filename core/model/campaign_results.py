"""What is on record of a campaign's attempts and leads, as stores count it and people ask for it.

Only counts: which disposition is a contact or a sale is the campaign's to say (`core.model.disposition`), so
groups come with their outcomes and dispositions, and whoever shows them adds up.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from core.model.attempt import AttemptState

ALWAYS_US = 1 << 62
"""Later than any attempt."""


class Grouping(StrEnum):
    """What results may be parted by."""

    LIST = "list"
    SEGMENT = "segment"
    ARM = "arm"
    HOUR = "hour"
    ATTEMPT = "attempt"
    TIER = "tier"
    AGENT = "agent"
    CALLER_ID = "caller_id"


class ResultCount(NamedTuple):
    """Attempts of one group with one outcome and one disposition; `people` are different persons.

    `group` is a text for each grouping: an hour is that of the called person's day, `-1` where nobody knows
    the zone; an attempt is the first, second and so on at its lead. `value_cents` is what `conversions` of
    other systems brought.
    """

    group: str
    outcome: AttemptState
    disposition: str
    attempts: int
    people: int
    talk_us: int
    conversions: int
    value_cents: int


class ListStanding(NamedTuple):
    """How far a list has been worked: its leads, those tried once or more, and those that are done.

    `attempts` over `leads` is its saturation, `tried` over `leads` its penetration; `callbacks` are promised.
    `position` and `weight` say when its turn is (`crm.leads.records.ListPlan`); never, unless it is `active`,
    but for promised calls where it `keeps_promises`.
    """

    list_name: str
    complete: bool
    leads: int
    tried: int
    done: int
    callbacks: int
    attempts: int
    position: int = 0
    weight: int = 1
    active: bool = True
    keeps_promises: bool = False


class PromisedCall(NamedTuple):
    """A call that was promised for `due_us`, to whom; by `owner` alone, or by anyone where that is empty.

    One that is `held` is not made: its list is switched off, and does not keep its promises.
    """

    lead_id: str
    list_name: str
    external_id: str
    name: str
    number: str
    due_us: int
    owner: str = ""
    held: bool = False


class LeadAhead(NamedTuple):
    """A lead that comes up soon; `nth` is its place among those that may be dialed now, from 1."""

    nth: int
    lead_id: str
    list_name: str
    external_id: str
    name: str
    tier: str
    number: str
    country: str
    zones: tuple[str, ...]
    attempts: int
    rank: int
    is_callback: bool = False


class Conversion(NamedTuple):
    """A success that another system tells of an attempt.

    `reference` is its own name for it, such as that of an order; `value_cents` are hundredths of the house's
    currency.
    """

    attempt_id: str
    reference: str
    at_us: int
    value_cents: int = 0


class CampaignProgress(NamedTuple):
    """How far all lists of a campaign have been worked; `callbacks_due` were promised for now or before."""

    leads: int = 0
    tried: int = 0
    done: int = 0
    callbacks_due: int = 0

    @classmethod
    def of(cls, lists: Sequence[ListStanding], callbacks_due: int) -> CampaignProgress:
        """Return the sums over all lists."""
        return cls(
            leads=sum(each.leads for each in lists),
            tried=sum(each.tried for each in lists),
            done=sum(each.done for each in lists),
            callbacks_due=callbacks_due,
        )


class ListedEntry(NamedTuple):
    """A number or an area (`+1900*`) that may not be called, and which list says so: `campaign/NAME`, or
    `house`, or the name of a register.
    """

    number: str
    listing: str
    reason: str
    at_us: int


class Forbidden(NamedTuple):
    """What became of numbers that were to be forbidden: those that are, and texts that are no numbers."""

    entries: tuple[str, ...]
    wrong: tuple[str, ...]
