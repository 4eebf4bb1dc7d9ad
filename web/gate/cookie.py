"""The cookie of a sign-in: out of reach of scripts and of other sites."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from web.settings import WebSettings

NAME = "goldline"
SECURE_NAME = "__Host-goldline"
"""Browsers take a cookie of this prefix only over TLS, for the whole host and for no other."""


def token_in(connection: HTTPConnection) -> str:
    """Return the token that the browser shows, or an empty text."""
    cookies = connection.cookies
    return cookies.get(SECURE_NAME) or cookies.get(NAME) or ""


def set_token(response: Response, token: str, settings: WebSettings) -> None:
    """Give the browser `token`; it forgets it when it is closed."""
    response.set_cookie(_name(settings), token, httponly=True, samesite="strict", secure=is_secure(settings))


def take_token(response: Response, settings: WebSettings) -> None:
    """Let the browser forget its token."""
    response.delete_cookie(_name(settings), httponly=True, samesite="strict", secure=is_secure(settings))


def is_secure(settings: WebSettings) -> bool:
    """Tell whether browsers reach this site over TLS."""
    return settings.public_url.startswith("https://")


def _name(settings: WebSettings) -> str:
    return SECURE_NAME if is_secure(settings) else NAME
