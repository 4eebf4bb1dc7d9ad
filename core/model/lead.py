"""A lead: a person (or an account) that a campaign wants to reach, with the numbers to try.

A value read from the store, leased to one engine at a time; what becomes of it is written back by
`SettleLead`, never by changing it.
"""

from __future__ import annotations

from core.kernel.record import Record, replace
from core.model.attempt import AttemptRecord, AttemptState

HOUSE_LIST = "house"
"""The do-not-call list of the house: in force for every campaign."""
CAMPAIGN_LIST = "campaign"
"""That of the campaign which asks."""


def at_whom(person_id: str, *numbers: str) -> tuple[str, ...]:
    """Return the keys of a person and of telephones: who shares a telephone shares its calls."""
    return (f"person {person_id}", *numbers)


STRANGER = "-1"
"""The identity of somebody who is called and stands in no list."""
BY_HAND = "by hand"
"""The list of those."""


class LeadNumber(Record, frozen=True, kw_only=True):
    """One number of a lead, E.164; `zones` and `regions` are all that it may lie in.

    `listed_on` names what forbids it, as of when it was leased: registers, `HOUSE_LIST`, `CAMPAIGN_LIST`.
    """

    number: str
    kind: str = "main"
    country: str = ""
    zones: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    listed_on: tuple[str, ...] = ()


class PastAttempt(Record, frozen=True, kw_only=True):
    """An earlier attempt by any campaign, as far as caps and lock-outs look back.

    It was at the same person, or at one of the person's numbers: who shares a telephone shares its rest.
    `disposition` is its code (`core.model.disposition`), `campaign` whose attempt it was, `caller_id` the
    number of ours that was shown.
    """

    at_us: int
    number: str
    outcome: AttemptState
    refused: bool = False
    disposition: str = ""
    campaign: str = ""
    caller_id: str = ""


def past_attempt(record: AttemptRecord, campaign: str) -> PastAttempt:
    """Return what is looked back upon of an attempt of `campaign`."""
    return PastAttempt(
        at_us=record.dialed_us,
        number=record.number,
        outcome=record.outcome,
        refused=record.refused,
        disposition=record.disposition,
        campaign=campaign,
        caller_id=record.caller_id,
    )


def stranger(
    campaign: str, number: LeadNumber, past: tuple[PastAttempt, ...], listed_on: tuple[str, ...]
) -> Lead:
    """Return a lead for somebody of whom only the number is known; the number stands for the person."""
    return Lead(
        lead_id=STRANGER,
        campaign=campaign,
        list_name=BY_HAND,
        person_id=number.number,
        numbers=(replace(number, listed_on=listed_on),),
        attempts=sum(attempt.campaign == campaign for attempt in past),
        past=past,
    )


class LeadShown(Record, frozen=True, kw_only=True):
    """What an agent is shown of a lead: the columns of its list, the script, what came of earlier attempts.

    `attempt` counts this one, from 1. `results` are the codes and labels of what it may come to.
    """

    campaign: str
    list_name: str
    external_id: str
    attempt: int
    fields: tuple[tuple[str, str], ...] = ()
    script: str = ""
    past: tuple[PastAttempt, ...] = ()
    results: tuple[tuple[str, str], ...] = ()


class Lead(Record, frozen=True, kw_only=True):
    """A lead in hand. `person_id` is the same for one person in every list and campaign.

    `attempts` counts those of this campaign; `fields` are the columns of its list, for scripts and pops.
    A `callback` was promised for a time that has come, by its `owner` or, where that is empty, by the house.
    """

    lead_id: str
    campaign: str
    list_name: str
    person_id: str
    external_id: str = ""
    name: str = ""
    tier: str = ""
    customer_id: str = ""
    language: str = ""
    numbers: tuple[LeadNumber, ...]
    attempts: int = 0
    past: tuple[PastAttempt, ...] = ()
    owner: str = ""
    callback: bool = False
    fields: tuple[tuple[str, str], ...] = ()
