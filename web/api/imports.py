"""Imports of lists: uploaded as they are, looked at, checked line by line, mapped, loaded, or given up.

POST /imports?campaign=spring&list=march&filename=march.xlsx      the file is the body, not a form
GET /imports/17, /imports/17/columns, /imports/17/rejects.csv     how it goes, and what is wrong
PUT /imports/17/mapping                                           say what columns hold; checked again
POST /imports/17/commit                                           load what was checked
DELETE /imports/17                                                give it up; nothing of it stays
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from core.kernel import json_text
from core.kernel.errors import ConfigError
from core.kernel.record import replace
from core.model.list_import import LIST_NAME, POSITION_MAX, WEIGHT_MAX, ImportOrder, ListImport
from web.api.campaigns import MANAGERS, NUMBERS, READERS
from web.api.lists import AskedMapping
from web.asked import Name
from web.callers import OfCaller, OfSite
from web.csv_rows import download
from web.gate.idempotency import HEADER, KEY_MAX
from web.paging import Cursor, Limit, Page, page_of
from web.problems import ProblemRaised
from web.site import Site
from web.times import moment
from web.views.campaigns import ColumnsView, ColumnView, ExampleView, ImportView

router = APIRouter(prefix="/imports", tags=["imports"])

MAPPING_MAX = 20_000
"""Letters of a mapping in an address."""
_UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Upload:
    """What the address of an upload says of it."""

    def __init__(
        self,
        campaign: Annotated[Name, Query(description="The campaign that the list is for.")],
        list_name: Annotated[
            str, Query(alias="list", pattern=f"^{LIST_NAME.pattern}$", description="The list's name.")
        ],
        filename: Annotated[
            str, Query(min_length=1, max_length=200, description="Its suffix says whether it is a workbook.")
        ] = "list.csv",
        dry_run: Annotated[bool, Query(description="Check only, and wait for the word to load.")] = True,
        mapping: Annotated[
            str,
            Query(max_length=MAPPING_MAX, description="What columns hold, as JSON, or a kept mapping."),
        ] = "",
        country: Annotated[str, Query(pattern="^([A-Z]{2})?$", description="Of numbers without one.")] = "",
        encoding: Annotated[
            str, Query(max_length=40, description="Of a CSV file, such as cp1250; else it is found out.")
        ] = "",
        position: Annotated[int, Query(ge=0, le=POSITION_MAX)] = 0,
        weight: Annotated[int, Query(ge=1, le=WEIGHT_MAX)] = 1,
        duplicates: Annotated[
            str,
            Query(pattern="^(none|file|list|campaign|system)$", description="How far twins are sought."),
        ] = "list",
        keep_listed: Annotated[bool, Query(description="Load also who may not be called by now.")] = False,
    ) -> None:
        self.mapping = mapping
        self.order = ImportOrder(
            campaign=campaign,
            list_name=list_name,
            filename=filename,
            country=country,
            encoding=encoding,
            position=position,
            weight=weight,
            duplicates=duplicates,
            keeps_listed=keep_listed,
            dry=dry_run,
        )


@router.post("", status_code=HTTPStatus.ACCEPTED, dependencies=[MANAGERS], openapi_extra=_UPLOAD)
async def upload(
    asked: Annotated[Upload, Depends()],
    request: Request,
    response: Response,
    site: OfSite,
    caller: OfCaller,
    key: Annotated[str, Header(alias=HEADER, max_length=KEY_MAX)] = "",
) -> ImportView:
    """Take in a list; it is checked at once, and loaded where no dry run was asked for.

    The same file again for a list that nothing else was loaded into since is the same import.
    """
    order = replace(
        asked.order,
        by=caller.login,
        key=f"{caller.login} {key}" if key else "",
        mapping=await _mapping(asked, site),
    )
    if order.campaign not in site.house.campaigns:
        detail = f"there is no campaign {order.campaign!r}"
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_campaign", detail)
    try:
        taken = await site.campaigns.lists.take_in(order, request.stream())
    except ConfigError as error:
        raise _unreadable(error) from None
    response.headers["Location"] = f"{request.url.path}/{taken.import_id}"
    return _view(taken)


@router.get("", dependencies=[READERS])
async def imports(
    site: OfSite, campaign: Name = "", limit: Limit = 50, cursor: Cursor = ""
) -> Page[ImportView]:
    """Tell the last imports, the newest first."""
    found = await site.campaigns.lists.newest(campaign, cursor, limit + 1)
    return page_of(found, limit, lambda each: each.import_id, _view)


@router.get("/{import_id}", dependencies=[READERS])
async def one_import(import_id: Name, site: OfSite) -> ImportView:
    """Tell how an import stands, and what it found so far."""
    return _view(await site.campaigns.lists.find(import_id))


@router.get("/{import_id}/columns", dependencies=[MANAGERS])
async def columns(import_id: Name, site: OfSite) -> ColumnsView:
    """Tell which columns the file has, what each seems to hold, and what columns may hold at all."""
    found = await site.campaigns.lists.find(import_id)
    return ColumnsView(
        columns=tuple(_column(found, nth) for nth in range(len(found.header))),
        meanings=tuple(site.campaigns.lists.meanings()),
    )


@router.put("/{import_id}/mapping", status_code=HTTPStatus.ACCEPTED, dependencies=[MANAGERS])
async def map_columns(asked: AskedMapping, import_id: Name, site: OfSite) -> ImportView:
    """Say what columns hold; the list is checked again."""
    try:
        return _view(await site.campaigns.lists.map_columns(import_id, asked.columns))
    except ConfigError as error:
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_mapping", str(error)) from None


@router.post("/{import_id}/commit", status_code=HTTPStatus.ACCEPTED, dependencies=[MANAGERS])
async def commit(import_id: Name, site: OfSite) -> ImportView:
    """Load the list that was checked; its leads come up when the last one is in."""
    return _view(await site.campaigns.lists.commit(import_id))


@router.delete("/{import_id}", dependencies=[MANAGERS])
async def cancel(import_id: Name, site: OfSite) -> ImportView:
    """Give an import up; what it was quick enough to load whole stays loaded."""
    return _view(await site.campaigns.lists.cancel(import_id))


@router.get("/{import_id}/rejects.csv", dependencies=[NUMBERS], response_class=StreamingResponse)
async def rejects(import_id: Name, site: OfSite) -> StreamingResponse:
    """Give the lines that are not loaded, as they stand in the file, with line, verdict and reason."""
    told = await site.campaigns.lists.rejects(import_id)
    if told is None:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "no_rejects", "no line was rejected")
    return download(f"import-{import_id}-rejects", told)


async def _mapping(asked: Upload, site: Site) -> dict[str, str]:
    """Return what the address says that columns hold."""
    if not asked.mapping:
        return {}
    if asked.mapping.startswith("{"):
        try:
            return json_text.decode(asked.mapping, type=dict[str, str])
        except json_text.DecodeError as error:
            raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_mapping", str(error)) from None
    for kept in await site.campaigns.lists.templates(asked.order.campaign):
        if kept.name == asked.mapping:
            return dict(kept.mapping)
    raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_mapping", f"there is no mapping {asked.mapping!r}")


def _unreadable(error: ConfigError) -> ProblemRaised:
    return ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "unreadable_file", str(error))


def _column(found: ListImport, nth: int) -> ColumnView:
    name, suggested = found.header[nth], found.suggested[nth]
    return ColumnView(
        name=name,
        suggested=suggested,
        mapped=found.order.mapping.get(name, suggested),
        samples=tuple(cells[nth] for cells in found.samples if nth < len(cells)),
    )


def _view(found: ListImport) -> ImportView:
    order, findings = found.order, found.findings
    return ImportView(
        import_id=found.import_id,
        state=found.state,
        campaign=order.campaign,
        list_name=order.list_name,
        filename=order.filename,
        by=order.by,
        created=moment(found.created_us),
        changed=moment(found.changed_us),
        size_bytes=found.size_bytes,
        country=order.country,
        encoding=order.encoding,
        position=order.position,
        weight=order.weight,
        duplicates=order.duplicates,
        keeps_listed=order.keeps_listed,
        read=findings.read,
        size=findings.size,
        verdicts=dict(findings.verdicts),
        faults=dict(findings.faults),
        remarks=dict(findings.remarks),
        examples=tuple(
            ExampleView(**{name: getattr(each, name) for name in ExampleView.model_fields})
            for each in findings.examples
        ),
        problem=found.problem,
        has_rejects=bool(findings.faults),
    )
