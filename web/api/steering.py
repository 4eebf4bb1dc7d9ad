"""What managers set while a campaign runs: how it paces, and how it comes back to its leads.

What is set lasts, over restarts of the engine too, until it is set otherwise or is to be as configured.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import Field

from core.kernel.clock import microseconds
from core.model.at_work import Aspect, OutcomeRecycling
from core.model.campaign_requests import SetAsConfigured, SetPacing, SetRecycling
from core.model.quality import PPM
from dialer.at_work import ATTEMPTS_MAX, DELAY_MAX_S, LINES_MAX, LINES_PER_AGENT_MAX
from dialer.campaign import Mode
from web.api.campaigns import MANAGERS, OfCampaign
from web.asked import Asked, Name
from web.callers import OfSite
from web.gate.audit import note_asked

OUTCOMES_MAX = 200
"""Results in one request: more than any house has."""
Attempts = Annotated[int, Field(ge=1, le=ATTEMPTS_MAX)]
Seconds = Annotated[float, Field(ge=0, le=DELAY_MAX_S)]


class AskedPacing(Asked):
    """How a campaign paces from now on; what is left out stays as it is."""

    mode: Mode | None = None
    lines_max: Annotated[int, Field(ge=1, le=LINES_MAX)] | None = None
    lines_per_agent: Annotated[float, Field(ge=1, le=LINES_PER_AGENT_MAX)] | None = None
    share_max: Annotated[float, Field(gt=0, le=1)] | None = None


class AskedOutcome(Asked):
    """When a lead comes up again after a result; after `attempts_max` of it in a row it is given up."""

    delay_seconds: Seconds | None = None
    spread_seconds: Seconds | None = None
    attempts_max: Annotated[int, Field(ge=0, le=ATTEMPTS_MAX)] | None = None


class AskedRecycling(Asked):
    """How a campaign comes back to its leads from now on; what is left out stays as it is."""

    attempts_max: Attempts | None = None
    attempts_a_day_max: Attempts | None = None
    outcomes: Annotated[dict[Name, AskedOutcome], Field(max_length=OUTCOMES_MAX)] = Field(default={})


router = APIRouter(prefix="/campaigns", tags=["campaigns"], dependencies=[MANAGERS])


@router.put("/{name}/pacing", status_code=HTTPStatus.NO_CONTENT)
async def pace(asked: AskedPacing, rules: OfCampaign, request: Request, site: OfSite) -> None:
    """Let a campaign pace otherwise, never beyond its laws."""
    note_asked(request, asked)
    await site.front.ask(
        SetPacing(
            at_us=site.clock.now_us(),
            campaign=rules.name,
            mode=asked.mode or "",
            lines_max=asked.lines_max or 0,
            lines_per_agent_ppm=round(PPM * (asked.lines_per_agent or 0)),
            share_max_ppm=round(PPM * (asked.share_max or 0)),
        )
    )


@router.delete("/{name}/pacing", status_code=HTTPStatus.NO_CONTENT)
async def pace_as_configured(rules: OfCampaign, site: OfSite) -> None:
    """Let a campaign pace as the configuration file has it."""
    await site.front.ask(SetAsConfigured(at_us=site.clock.now_us(), campaign=rules.name, what=Aspect.PACING))


@router.put("/{name}/recycling", status_code=HTTPStatus.NO_CONTENT)
async def recycle(asked: AskedRecycling, rules: OfCampaign, request: Request, site: OfSite) -> None:
    """Let a campaign come back to its leads otherwise; who is being called ends by the rules before."""
    note_asked(request, asked)
    await site.front.ask(
        SetRecycling(
            at_us=site.clock.now_us(),
            campaign=rules.name,
            attempts_max=asked.attempts_max,
            a_day_max=asked.attempts_a_day_max,
            outcomes=tuple(_outcome(code, each) for code, each in asked.outcomes.items()),
        )
    )


@router.delete("/{name}/recycling", status_code=HTTPStatus.NO_CONTENT)
async def recycle_as_configured(
    rules: OfCampaign,
    site: OfSite,
    outcome: Annotated[Name, Query(description="After this result alone.")] = "",
) -> None:
    """Let a campaign come back to its leads as the configuration file has it."""
    await site.front.ask(
        SetAsConfigured(at_us=site.clock.now_us(), campaign=rules.name, what=Aspect.RECYCLING, code=outcome)
    )


def _outcome(code: str, asked: AskedOutcome) -> OutcomeRecycling:
    return OutcomeRecycling(
        code=code,
        delay_us=_microseconds(asked.delay_seconds),
        spread_us=_microseconds(asked.spread_seconds),
        attempts_max=asked.attempts_max,
    )


def _microseconds(told: float | None) -> int | None:
    return None if told is None else microseconds(told)
