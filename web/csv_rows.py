"""Views as the rows of a spreadsheet: CSV (RFC 4180) whose cells no program takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from fastapi.responses import StreamingResponse

from core.kernel.sheets import harmless
from web.views.view import View

ROWS_AT_ONCE = 200


def csv_answer(name: str, views: AsyncIterator[View], columns: Sequence[str] = ()) -> StreamingResponse:
    """Return the answer that is `views` as the file `name`, written while they come.

    Where there are none the file has the names of the `columns` alone.
    """
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_lines(views, columns), media_type="text/csv; charset=utf-8", headers=headers)


def download(name: str, pieces: AsyncIterator[bytes]) -> StreamingResponse:
    """Return the answer that is a CSV written already, as a file of whatever name."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}.csv"}
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)


async def each(views: Iterable[View]) -> AsyncIterator[View]:
    """Yield what is there already."""
    for view in views:
        yield view


async def _lines(views: AsyncIterator[View], columns: Sequence[str]) -> AsyncIterator[str]:
    """Yield the file in pieces; the first row says what the columns are."""
    text, count = io.StringIO(), 0
    writer = csv.writer(text)
    async for view in views:
        cells = dict(_cells(view.model_dump(mode="json")))
        if not count:
            writer.writerow(cells)
        writer.writerow(cells.values())
        count += 1
        if count % ROWS_AT_ONCE == 0:
            yield _taken(text)
    if columns and not count:
        writer.writerow(columns)
    yield _taken(text)


def _cells(row: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the columns of a row; those of a table within are named after it and their own key."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _cells(value, f"{before}{name}_")
        else:
            yield f"{before}{name}", harmless(value) if isinstance(value, str) else value


def _taken(text: io.StringIO) -> str:
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written
