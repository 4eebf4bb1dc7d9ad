"""At which phone somebody works: the one that is named, or else the one of last time."""

from __future__ import annotations

import re
from http import HTTPStatus

from core.model.person import PersonChange
from web.problems import ProblemRaised
from web.site import Site


async def phone_of(site: Site, login: str, named: str) -> str:
    """Return the phone `named`, or the one remembered; raise a problem where that is none."""
    extension = named or await _remembered(site, login)
    if not re.fullmatch(site.settings.extensions, extension):
        detail = "a phone is named as Asterisk dials it, such as PJSIP/1001"
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "bad_extension", detail)
    return extension


async def remember(site: Site, login: str, extension: str) -> None:
    """Let it be the phone of next time."""
    await site.people.change_person(login, PersonChange(extension=extension))


async def _remembered(site: Site, login: str) -> str:
    person = await site.people.person(login)
    if person is None or not person.extension:
        detail = "name the phone you sit at, such as PJSIP/1001"
        raise ProblemRaised(HTTPStatus.UNPROCESSABLE_ENTITY, "no_extension", detail)
    return person.extension
