"""Keys of programs, for administrators: a key is shown when it is made, and never again."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, Field

from core.kernel.clock import SECOND_US
from core.model.person import ApiKey
from web.api.people import Roles, words_of
from web.asked import Asked, Name, Words
from web.callers import OfCaller, OfSite, Role, allow
from web.gate.audit import note
from web.gate.gate import OfGate
from web.gate.recognition import program_login
from web.gate.tokens import hash_of, new_key, new_key_id
from web.paging import Cursor, Limit, Page, page_of
from web.problems import ProblemRaised
from web.times import moment, moment_if
from web.views.people import KeyView, MadeKeyView

router = APIRouter(prefix="/keys", tags=["keys"], dependencies=[allow(Role.ADMINISTRATOR)])


class AskedKey(Asked):
    """A key for a program: what it is called, what it may, and until when."""

    name: Annotated[Words, Field(min_length=1)]
    scopes: Roles
    ends: AwareDatetime | None = None


@router.get("")
async def keys(site: OfSite, limit: Limit = 100, cursor: Cursor = "") -> Page[KeyView]:
    """Tell which keys there are."""
    found = await site.people.keys(cursor, limit + 1)
    return page_of(found, limit, lambda key: key.key_id, key_view)


@router.post("", status_code=HTTPStatus.CREATED)
async def make_key(
    asked: AskedKey, request: Request, response: Response, site: OfSite, caller: OfCaller
) -> MadeKeyView:
    """Make a key; it is in this answer and nowhere else, so no answer is kept to be given again."""
    secret = new_key()
    key = made_key(asked.name, words_of(asked.scopes), asked.ends, secret, caller.login, site.wall.now_us())
    await site.people.add_key(key)
    note(request, subject=key.key_id)
    response.headers["Location"] = f"/api/v1/keys/{key.key_id}"
    return MadeKeyView(**key_view(key).model_dump(), key=secret)


@router.delete("/{key_id}", status_code=HTTPStatus.NO_CONTENT)
async def revoke_key(key_id: Name, site: OfSite, gate: OfGate) -> None:
    """Let a key be worth nothing any more."""
    if await site.people.revoke_key(key_id) is None:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_key", "there is no such key")
    gate.recognition.forget(program_login(key_id))


def made_key(
    name: str, scopes: tuple[str, ...], ends: datetime | None, secret: str, made_by: str, made_us: int
) -> ApiKey:
    """Return what is kept of a new key."""
    return ApiKey(
        key_id=new_key_id(),
        name=name,
        key_hash=hash_of(secret),
        scopes=scopes,
        made_by=made_by,
        made_us=made_us,
        ends_us=None if ends is None else int(ends.timestamp()) * SECOND_US,
    )


def key_view(key: ApiKey) -> KeyView:
    """Return a key without its secret."""
    return KeyView(
        key_id=key.key_id,
        name=key.name,
        scopes=key.scopes,
        made_by=key.made_by,
        made=moment(key.made_us),
        ends=moment_if(key.ends_us or 0),
    )
