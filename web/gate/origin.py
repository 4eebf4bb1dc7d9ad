"""Whether a browser asks because a page of ours made it ask.

A cookie is sent whoever's page makes the browser ask, so what it may do takes more: the `Origin` that
browsers add to all but plain reads and no page can change, and for writes a token that only our pages can
read (OWASP, Cross-Site Request Forgery Prevention). The `SameSite` of the cookie is a third lock.
"""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from web.gate.cookie import token_in
from web.gate.tokens import csrf_matches
from web.problems import ProblemRaised
from web.settings import WebSettings

CSRF_HEADER = "x-csrf-token"
_OWN_FETCHES = {"", "none", "same-origin"}


def is_by_cookie(connection: HTTPConnection) -> bool:
    """Tell whether the caller is who the cookie says: whoever shows a key is no browser."""
    return "authorization" not in connection.headers


def is_foreign(connection: HTTPConnection, settings: WebSettings) -> bool:
    """Tell whether another site's page asks; who shows a cookie and names no origin is not believed."""
    if connection.headers.get("sec-fetch-site", "") not in _OWN_FETCHES:
        return True
    origin = connection.headers.get("origin")
    if origin is None:
        return bool(token_in(connection))
    return origin != own_origin(connection, settings)


def check_csrf_token(connection: HTTPConnection) -> None:
    """Raise a problem where a write by cookie does not show the token that belongs to it."""
    if not csrf_matches(token_in(connection), connection.headers.get(CSRF_HEADER, "")):
        detail = "show the csrf_token of the sign-in in the header X-CSRF-Token"
        raise ProblemRaised(HTTPStatus.FORBIDDEN, "csrf_token_missing", detail)


def foreign_origin() -> ProblemRaised:
    """Return the problem of a request that another site's page made."""
    detail = "this was not asked by a page of this site; behind a proxy, web.public_url names it"
    return ProblemRaised(HTTPStatus.FORBIDDEN, "foreign_origin", detail)


def own_origin(connection: HTTPConnection, settings: WebSettings) -> str:
    """Return what browsers call this site: scheme, host and port."""
    if settings.public_url:
        parts = urlsplit(settings.public_url)
        return f"{parts.scheme}://{parts.netloc}"
    return f"http://{connection.headers.get('host', '')}"
