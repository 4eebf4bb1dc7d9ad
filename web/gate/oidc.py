"""Signing in elsewhere: OpenID Connect, the code flow with PKCE (OpenID Connect Core 1.0, RFC 7636).

    address, pending = await elsewhere.begin(callback_url)     # the browser goes there, and keeps `pending`
    person = await elsewhere.finish(callback_url, pending, code)

What is signed in there is believed only as its signature, issuer, audience, time and nonce allow. Nothing is
kept here meanwhile: the browser holds what belongs to its own attempt. Needs `pip install 'goldline[oidc]'`.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from core.kernel.clock import SECOND_US, Clock
from core.model.person import LOGIN, Person
from web.gate.pending import Pending
from web.gate_settings import OidcSettings
from web.problems import ProblemRaised
from web.roles import Role

ANSWER_WITHIN_S = 10.0
"""A provider that takes longer is away."""
ANSWER_BYTES_MAX = 256 * 1_024
"""What a provider may say: a description is of some 4 KiB, keys of 2 KiB each."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
NAME_CHARS_MAX = 100
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signatures that only the provider can make; never one by a shared secret, never none."""
LEEWAY_S = 60
"""By how much two machines' clocks may differ."""
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class Elsewhere:
    """A provider where people sign in instead of here."""

    def __init__(self, settings: OidcSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._provider: Mapping[str, Any] = {}

    async def begin(self, callback_url: str) -> tuple[str, Pending]:
        """Return the address where the browser signs in, and what it has to keep until it is back."""
        pending = Pending.new()
        async with _client() as client:
            provider = await self._discovered(client)
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": callback_url,
            "scope": self._settings.scope,
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": _challenge(pending.verifier),
            "code_challenge_method": "S256",
        }
        return f"{provider['authorization_endpoint']}?{urlencode(query)}", pending

    async def finish(self, callback_url: str, pending: Pending, code: str) -> Person:
        """Return who signed in; raise a problem where that is not to be believed."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": callback_url,
            "code_verifier": pending.verifier,
        }
        try:
            async with _client() as client:
                provider = await self._discovered(client)
                credentials = (self._settings.client_id, self._settings.secret)
                token = provider["token_endpoint"]
                told = await _told(client.stream("POST", token, data=form, auth=credentials))
                keys = await _told(client.stream("GET", provider["jwks_uri"]))
            return self._person(self._claims(told["id_token"], keys, pending.nonce))
        except (httpx.HTTPStatusError, JoseError, KeyError, TypeError, ValueError) as error:
            detail = f"the sign-in elsewhere is not valid: {type(error).__name__}"
            raise ProblemRaised(HTTPStatus.UNAUTHORIZED, "not_believed", detail) from None
        except (httpx.HTTPError, TimeoutError):
            raise _away() from None

    async def _discovered(self, client: httpx.AsyncClient) -> Mapping[str, Any]:
        """Return what the provider says of itself, asked for once (OpenID Connect Discovery 1.0)."""
        if not self._provider:
            address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                provider = await _told(client.stream("GET", address))
            except (httpx.HTTPError, TimeoutError, ValueError):
                raise _away() from None
            if not all(isinstance(provider.get(each), str) for each in ENDPOINTS):
                raise _away()
            self._provider = provider
        return self._provider

    def _claims(self, id_token: str, keys: Any, nonce: str) -> Mapping[str, Any]:
        token = jwt.decode(id_token, jwk.KeySet.import_key_set(keys), algorithms=ALGORITHMS)
        jwt.JWTClaimsRegistry(
            now=self._clock.now_us() // SECOND_US,
            leeway=LEEWAY_S,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": self._settings.client_id},
            exp={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(token.claims)
        return token.claims

    def _person(self, claims: Mapping[str, Any]) -> Person:
        login = str(claims[self._settings.login_claim]).lower()
        words = claims.get(self._settings.roles_claim, ())
        roles = self._roles(words if isinstance(words, list) else [words])
        if not re.fullmatch(LOGIN, login) or not roles:
            detail = "whoever signed in elsewhere has no role here; ask an administrator there"
            raise ProblemRaised(HTTPStatus.FORBIDDEN, "no_role", detail)
        return Person(
            login=login,
            name=_CONTROLS.sub("", str(claims.get("name", login)))[:NAME_CHARS_MAX],
            roles=roles,
            subject=f"{claims['iss']} {claims['sub']}",
        )

    def _roles(self, words: list[Any]) -> tuple[Role, ...]:
        named = {self._settings.roles.get(str(word)) for word in words}
        return tuple(role for role in Role if role in named)


async def _told(asking: AbstractAsyncContextManager[httpx.Response]) -> Mapping[str, Any]:
    """Return the object that the provider answers.

    Raises `httpx.HTTPError` where it refuses, `TimeoutError` where it takes too long, `ValueError` where it
    answers something else, or without end.
    """
    answered = bytearray()
    async with asyncio.timeout(ANSWER_WITHIN_S), asking as answer:
        answer.raise_for_status()
        async for piece in answer.aiter_bytes():
            answered += piece
            if len(answered) > ANSWER_BYTES_MAX:
                raise ValueError(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
    told = orjson.loads(answered)
    if not isinstance(told, dict):
        raise ValueError("an answer that is no object")
    return told


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(timeout=ANSWER_WITHIN_S)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _away() -> ProblemRaised:
    detail = "where people sign in does not answer"
    return ProblemRaised(HTTPStatus.SERVICE_UNAVAILABLE, "provider_away", detail)
