"""Campaigns: how they stand, starting and pausing them, and what is on record of them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, Field

from core.kernel.clock import microseconds, seconds
from core.model.campaign_requests import PauseCampaign, StartCampaign
from core.model.campaign_results import ALWAYS_US, Conversion, Grouping, LeadAhead, PromisedCall
from core.model.disposition import SYSTEM
from dialer.at_work import recycling_with
from dialer.campaign import CampaignRules, Mode
from dialer.recycling import Recycling
from metrics.campaign_results import (
    CENTS,
    Figures,
    arm_tests,
    by_disposition,
    figures_by_group,
    total,
)
from metrics.today import midnight_us
from web.asked import Name
from web.callers import OfSite, Role, allow
from web.live.topic import CAMPAIGNS
from web.paging import Cursor, Limit, Page, cut, page_of
from web.problems import ProblemRaised
from web.site import Site
from web.times import moment
from web.views.campaigns import (
    ArmView,
    CampaignCardView,
    ConversionView,
    DispositionCountView,
    LeadAheadView,
    PromisedCallView,
    RecyclingView,
    ResultsView,
    ResultView,
)
from web.views.floor import CampaignView

READERS = allow(Role.CAMPAIGN_MANAGER, Role.SUPERVISOR, Role.READ_ONLY)
NUMBERS = allow(Role.CAMPAIGN_MANAGER, Role.SUPERVISOR)
"""Who may see whose numbers are called: nobody who only reads how things stand."""
MANAGERS = allow(Role.CAMPAIGN_MANAGER)

_BOUND = "an instant, or the beginning of this day in the zone of the campaign"
_Bound = AwareDatetime | Annotated[date, Field(ge=date(1970, 1, 1), le=date(9999, 1, 1))]

router = APIRouter(prefix="/campaigns", tags=["campaigns"])


def known_campaign(name: Name, site: OfSite) -> CampaignRules:
    """Return the rules of a campaign; raise a problem where there is none of that name."""
    if name not in site.house.campaigns:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_campaign", f"there is no campaign {name!r}")
    return site.house.campaigns[name]


OfCampaign = Annotated[CampaignRules, Depends(known_campaign)]


# --- how they stand ---------------------------------------------------------------------------------


@router.get("", dependencies=[READERS])
async def campaigns(site: OfSite, limit: Limit = 100, cursor: Cursor = "") -> Page[CampaignView]:
    """Tell how all campaigns stand, as the topic `campaigns` does."""
    rows = [_standing(site, name) for name in site.house.campaigns]
    return page_of(cut(rows, limit, cursor, _name), limit, _name, lambda view: view)


@router.get("/{name}", dependencies=[READERS])
async def campaign(rules: OfCampaign, site: OfSite) -> CampaignCardView:
    """Tell how one campaign stands, and its rules as they hold now."""
    at_work = site.campaigns_now.at_work(rules.name).recycling
    recycling = recycling_with(rules.recycling, at_work)
    return CampaignCardView(
        **dict(_standing(site, rules.name)),
        modes=tuple(mode for mode in Mode if rules.flow or mode is not Mode.AGENTLESS),
        laws=tuple(pack.name for pack in rules.law.packs),
        country=rules.country,
        zone=rules.zone.key,
        has_schedule=rules.schedule is not None,
        attempts_max=recycling.attempts_max,
        attempts_a_day_max=recycling.a_day_max,
        recycling=_recycling(recycling, {each.code for each in at_work.outcomes}, site),
    )


def _recycling(recycling: Recycling, set_at_work: Collection[str], site: Site) -> tuple[RecyclingView, ...]:
    labels = {**SYSTEM, **site.house.dispositions}
    return tuple(
        RecyclingView(
            code=code,
            label=labels[code].label if code in labels else "",
            delay_seconds=seconds(rule.delay_us),
            spread_seconds=seconds(rule.spread_us),
            attempts_max=rule.attempts_max,
            number=rule.number,
            other_day_part=rule.other_day_part,
            first=rule.first,
            is_set_at_work=code in set_at_work,
        )
        for code, rule in recycling.rules.items()
    )


def _standing(site: Site, name: str) -> CampaignView:
    row = site.live.rows(CAMPAIGNS).get(name)
    return row if isinstance(row, CampaignView) else CampaignView(name=name, state="stopped")


def _name(view: CampaignView) -> str:
    return view.name


# --- what managers ask ------------------------------------------------------------------------------


@router.post("/{name}/start", status_code=HTTPStatus.NO_CONTENT, dependencies=[MANAGERS])
async def start(rules: OfCampaign, site: OfSite) -> None:
    """Let a campaign dial, or go on."""
    await site.front.ask(StartCampaign(at_us=site.clock.now_us(), campaign=rules.name))


@router.post("/{name}/pause", status_code=HTTPStatus.NO_CONTENT, dependencies=[MANAGERS])
async def pause(rules: OfCampaign, site: OfSite) -> None:
    """Let a campaign dial nobody new; whoever rings or talks goes on."""
    await site.front.ask(PauseCampaign(at_us=site.clock.now_us(), campaign=rules.name))


# --- what is on record --------------------------------------------------------------------------------


@router.get("/{name}/results", dependencies=[READERS])
async def results(
    rules: OfCampaign,
    site: OfSite,
    by: Grouping = Grouping.LIST,
    since: Annotated[_Bound | None, Query(description=f"Of attempts from then on: {_BOUND}.")] = None,
    until: Annotated[_Bound | None, Query(description=f"Of attempts before then: {_BOUND}.")] = None,
) -> ResultsView:
    """Tell what a campaign came to, by list, segment, arm, hour, attempt, tier, agent or number shown."""
    records, known = site.campaigns.records, site.house.dispositions
    when = _instant_us(since, rules.zone, 0), _instant_us(until, rules.zone, ALWAYS_US)
    counts = await records.results(rules.name, by, *when)
    groups = figures_by_group(counts, await records.people(rules.name, by, *when), known)
    whole = total(groups.values())
    whole.people = (await records.people(rules.name, None, *when)).get("", 0)
    tests = arm_tests(groups) if by is Grouping.ARM else {}
    return ResultsView(
        campaign=rules.name,
        by=by,
        whole=_result(whole, ""),
        groups=tuple(_result(figures, group) for group, figures in groups.items()),
        dispositions=tuple(
            DispositionCountView(code=code, **told) for code, told in by_disposition(counts, known).items()
        ),
        arms=tuple(ArmView(arm=arm, **told) for arm, told in tests.items()),
    )


@router.get("/{name}/callbacks", dependencies=[NUMBERS])
async def callbacks(
    rules: OfCampaign, site: OfSite, limit: Limit = 100, cursor: Cursor = ""
) -> Page[PromisedCallView]:
    """Tell the calls that agents have promised, in the order in which they are due."""
    due_us, lead_id = _numbers(cursor)
    found = await site.campaigns.records.callbacks(rules.name, (due_us, lead_id), limit + 1)
    return page_of(found, limit, lambda each: f"{each.due_us}.{each.lead_id}", _promised_call)


@router.get("/{name}/next", dependencies=[NUMBERS])
async def ahead(rules: OfCampaign, site: OfSite, limit: Limit = 20) -> Page[LeadAheadView]:
    """Tell who comes up next; whoever is in an engine's hands already is not among them."""
    found = await site.campaigns.records.ahead(rules.name, limit)
    return Page(items=[_lead_ahead(each) for each in found], next=None)


@router.get("/{name}/conversions", dependencies=[READERS])
async def conversions(
    rules: OfCampaign, site: OfSite, limit: Limit = 100, cursor: Cursor = ""
) -> Page[ConversionView]:
    """Tell what other systems told of the campaign's attempts."""
    attempt, _, reference = cursor.partition("|")
    found = await site.campaigns.records.conversions(rules.name, (attempt, reference), limit + 1)
    return page_of(found, limit, lambda each: f"{each.attempt_id}|{each.reference}", _conversion)


def _instant_us(told: datetime | date | None, zone: ZoneInfo, otherwise: int) -> int:
    if told is None:
        return otherwise
    return microseconds(told.timestamp()) if isinstance(told, datetime) else midnight_us(told, zone)


def _numbers(cursor: str) -> tuple[int, int]:
    """Return the two numbers of a cursor, those before the first where it is none of ours."""
    first, _, second = cursor.partition(".")
    if not (first.isascii() and first.isdigit() and second.isascii() and second.isdigit()):
        return 0, 0
    return min(int(first), ALWAYS_US), min(int(second), ALWAYS_US)


def _result(figures: Figures, group: str) -> ResultView:
    told = figures.told()
    return ResultView(group=group, mean_talk_seconds=told.pop("mean_talk_s"), **told)


def _promised_call(call: PromisedCall) -> PromisedCallView:
    told = call._asdict()
    return PromisedCallView(due=moment(told.pop("due_us")), is_held=told.pop("held"), **told)


def _lead_ahead(lead: LeadAhead) -> LeadAheadView:
    return LeadAheadView(**lead._asdict())


def _conversion(told: Conversion) -> ConversionView:
    return ConversionView(
        attempt_id=told.attempt_id,
        reference=told.reference,
        at=moment(told.at_us),
        value=told.value_cents / CENTS,
    )
