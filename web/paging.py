"""Long lists in pages: `?limit=&cursor=` in, `{"items": [...], "next": null or the next cursor}` out.

A cursor is the key of the last item shown, so a page stays right while items come and go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query

from web.views.view import View

V = TypeVar("V")
R = TypeVar("R")

LIMIT_MAX = 500
"""Items of a page: half a megabyte of the largest there are."""

Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="How many items at most.")]
Cursor = Annotated[str, Query(max_length=200, description="The `next` of the page before.")]


class Page(View, Generic[V]):
    """A part of a list; `next` asks for the part after it, null where there is none."""

    items: list[V]
    next: str | None


def page_of(rows: Sequence[R], limit: int, key: Callable[[R], str], view: Callable[[R], V]) -> Page[V]:
    """Return the first `limit` of `rows`; the store was asked for one more, to see whether they end."""
    shown = rows[:limit]
    return Page(items=[view(row) for row in shown], next=key(shown[-1]) if len(rows) > limit else None)


def cut(rows: Iterable[R], limit: int, cursor: str, key: Callable[[R], str]) -> list[R]:
    """Return what a store would: the first `limit` and one more after `cursor`, of rows in memory."""
    return sorted((row for row in rows if key(row) > cursor), key=key)[: limit + 1]
