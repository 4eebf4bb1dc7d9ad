"""The lists of campaigns, the mappings that they keep, and who may not be called."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from core.model.campaign_results import ListedEntry, ListStanding
from core.model.lead import HOUSE_LIST
from core.model.list_import import POSITION_MAX, WEIGHT_MAX, ListChange, MappingTemplate
from web.api.campaigns import MANAGERS, NUMBERS, READERS, OfCampaign
from web.asked import Asked, Words
from web.callers import OfSite
from web.csv_rows import download
from web.gate.audit import note, note_asked
from web.paging import Cursor, Limit, Page, page_of
from web.problems import ProblemRaised
from web.times import moment
from web.views.campaigns import ListedNumberView, ListView, MappingView

router = APIRouter(tags=["lists"])

NUMBERS_MAX = 1_000
"""Numbers in one request; more are a file, which `goldline campaign dnc import` loads."""
COLUMNS_MAX = 512
_OF_A_CAMPAIGN = "campaign/"
LeadKey = Annotated[str, Path(pattern=r"^[0-9]{1,18}$", description="The `lead_id` of a promised call.")]
Column = Annotated[str, Field(max_length=500)]


class AskedTurn(Asked):
    """When a list has its turn; what is left out stays as it is.

    Of an inactive one nobody is dialed, but for its promised calls where it `keeps_promises`.
    """

    position: Annotated[int, Field(ge=0, le=POSITION_MAX)] | None = None
    weight: Annotated[int, Field(ge=1, le=WEIGHT_MAX)] | None = None
    is_active: bool | None = None
    keeps_promises: bool | None = None


class AskedMove(Asked):
    """The list that a promised call is to be made from."""

    list_name: Words


class AskedMapping(Asked):
    """What columns hold, by their names in the file; an empty text leaves a column out."""

    columns: Annotated[dict[Column, Words], Field(max_length=COLUMNS_MAX)]


class AskedNumbers(Asked):
    """Numbers, or areas such as `+1900*`, that are not to be called: by a campaign, or the whole house."""

    numbers: Annotated[list[Words], Field(min_length=1, max_length=NUMBERS_MAX)]
    campaign: Words = ""
    reason: Annotated[str, Field(max_length=500)] = ""


# --- lists --------------------------------------------------------------------------------------------


@router.get("/campaigns/{name}/lists", dependencies=[READERS])
async def lists(rules: OfCampaign, site: OfSite) -> Page[ListView]:
    """Tell how far each list of a campaign has been worked."""
    standings = await site.campaigns.records.standings(rules.name)
    return Page(items=[_list_view(each) for each in standings], next=None)


@router.put("/campaigns/{name}/lists/{list_name}", status_code=HTTPStatus.NO_CONTENT, dependencies=[MANAGERS])
async def arrange(
    asked: AskedTurn, rules: OfCampaign, list_name: Words, request: Request, site: OfSite
) -> None:
    """Say when a list has its turn, from the next leads on that an engine takes; it lasts."""
    note_asked(request, asked)
    change = ListChange(
        position=asked.position,
        weight=asked.weight,
        active=asked.is_active,
        keeps_promises=asked.keeps_promises,
    )
    await site.campaigns.lists.arrange(rules.name, list_name, change)


@router.put(
    "/campaigns/{name}/callbacks/{lead_id}", status_code=HTTPStatus.NO_CONTENT, dependencies=[MANAGERS]
)
async def move_callback(
    asked: AskedMove, rules: OfCampaign, lead_id: LeadKey, request: Request, site: OfSite
) -> None:
    """Have a promised call made from another list; the lead is done in its own, and has a new `lead_id`."""
    note_asked(request, asked)
    await site.campaigns.lists.move_promise(rules.name, lead_id, asked.list_name)


@router.get(
    "/campaigns/{name}/lists/{list_name}/export.csv",
    dependencies=[NUMBERS],
    response_class=StreamingResponse,
)
async def export(rules: OfCampaign, list_name: Words, site: OfSite) -> StreamingResponse:
    """Give a list as CSV, with what became of each lead."""
    standings = await site.campaigns.records.standings(rules.name)
    if list_name not in [each.list_name for each in standings]:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_list", f"there is no list {list_name!r}")
    return download(f"{rules.name}-{list_name}", site.campaigns.records.export(rules.name, list_name))


@router.get("/campaigns/{name}/mappings", dependencies=[MANAGERS])
async def mappings(rules: OfCampaign, site: OfSite) -> Page[MappingView]:
    """Tell the mappings that a campaign keeps."""
    kept = await site.campaigns.lists.templates(rules.name)
    return Page(items=[MappingView(name=each.name, columns=dict(each.mapping)) for each in kept], next=None)


@router.put("/campaigns/{name}/mappings/{mapping}", status_code=204, dependencies=[MANAGERS])
async def keep_mapping(asked: AskedMapping, rules: OfCampaign, mapping: Words, site: OfSite) -> None:
    """Keep a mapping for the next list of the same make."""
    template = MappingTemplate(campaign=rules.name, name=mapping, mapping=asked.columns)
    await site.campaigns.lists.keep_template(template)


@router.delete("/campaigns/{name}/mappings/{mapping}", status_code=204, dependencies=[MANAGERS])
async def forget_mapping(rules: OfCampaign, mapping: Words, site: OfSite) -> None:
    """Forget a mapping."""
    if not await site.campaigns.lists.forget_template(rules.name, mapping):
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_mapping", f"there is no mapping {mapping!r}")


def _list_view(standing: ListStanding) -> ListView:
    return ListView(
        name=standing.list_name,
        position=standing.position,
        weight=standing.weight,
        is_active=standing.active,
        keeps_promises=standing.keeps_promises,
        is_complete=standing.complete,
        leads=standing.leads,
        tried=standing.tried,
        done=standing.done,
        callbacks=standing.callbacks,
        attempts=standing.attempts,
        penetration=standing.tried / standing.leads if standing.leads else None,
    )


# --- who may not be called ------------------------------------------------------------------------------


@router.get("/do-not-call", dependencies=[NUMBERS])
async def listed(
    site: OfSite,
    number: Annotated[str, Query(max_length=40, description="Only what forbids this number.")] = "",
    limit: Limit = 100,
    cursor: Cursor = "",
) -> Page[ListedNumberView]:
    """Tell who may not be called, or what forbids a number."""
    if number:
        against = await site.campaigns.numbers.against(number)
        return Page(items=[_listed_view(entry) for entry in against], next=None)
    after, _, listing = cursor.partition("|")
    found = await site.campaigns.numbers.listed((after, listing), limit + 1)
    return page_of(found, limit, lambda entry: f"{entry.number}|{entry.listing}", _listed_view)


@router.post("/do-not-call", status_code=HTTPStatus.NO_CONTENT, dependencies=[MANAGERS])
async def forbid(asked: AskedNumbers, request: Request, site: OfSite) -> None:
    """Put numbers and areas on a do-not-call list; in force at once, and all of them or none."""
    note(request, why=asked.reason)
    _check_campaign(asked.campaign, site)
    done = await site.campaigns.numbers.forbid(asked.numbers, asked.campaign, asked.reason)
    if done.wrong:
        detail = f"neither a number nor an area such as +1900*: {', '.join(done.wrong[:5])}"
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_number", detail)


@router.delete("/do-not-call/{number}", status_code=HTTPStatus.NO_CONTENT, dependencies=[MANAGERS])
async def allow_again(number: Words, site: OfSite, campaign: Words = "") -> None:
    """Take a number or an area off the list of the house, or of a campaign."""
    if not await site.campaigns.numbers.allow(number, campaign):
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_number", f"{number!r} is not on that list")


def _check_campaign(campaign: str, site: OfSite) -> None:
    if campaign and campaign not in site.house.campaigns:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_campaign", f"there is no campaign {campaign!r}")


def _listed_view(entry: ListedEntry) -> ListedNumberView:
    campaign = entry.listing.removeprefix(_OF_A_CAMPAIGN) if entry.listing.startswith(_OF_A_CAMPAIGN) else ""
    return ListedNumberView(
        number=entry.number,
        campaign=campaign,
        register_name="" if campaign or entry.listing == HOUSE_LIST else entry.listing,
        reason=entry.reason,
        since=moment(entry.at_us),
    )
