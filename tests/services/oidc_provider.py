"""A provider of OpenID Connect for tests: one person who is signed in there already, and every check made.

What it tells can be spoilt: `spoil` changes the claims, `key` signs with another key than it publishes, and
what `raw` has for a path is answered there instead.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

from core.kernel.clock import SECOND_US, Clock
from web.server import WebServer
from web.settings import WebSettings

CLIENT_ID, SECRET = "goldline", "a secret of the provider"
KEY_BITS = 2_048
VALID_S = 300


@dataclass
class Provider:
    """Who signs in there, and the codes that are out."""

    clock: Clock
    claims: dict[str, Any]
    issuer: str = ""
    spoil: dict[str, Any] = field(default_factory=dict)
    published: RSAKey = field(default_factory=lambda: RSAKey.generate_key(KEY_BITS, {"kid": "1"}))
    key: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    raw: dict[str, bytes] = field(default_factory=dict)

    def application(self) -> FastAPI:
        """Return the provider as an application."""
        app = FastAPI(openapi_url=None)
        app.get("/.well-known/openid-configuration")(self._describe)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/keys")(self._keys)
        app.middleware("http")(self._instead)
        return app

    async def _describe(self) -> dict[str, str]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {"issuer": self.issuer} | {name: f"{self.issuer}/{path}" for name, path in ends.items()}

    async def _instead(self, request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
        raw = self.raw.get(request.url.path)
        return await answer(request) if raw is None else Response(raw, media_type="application/json")

    async def _authorize(self, request: Request) -> RedirectResponse:
        asked = dict(request.query_params)
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return RedirectResponse(
            f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
        )

    async def _token(self, request: Request) -> dict[str, str]:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form["code"], None)
        basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or request.headers["authorization"] != f"Basic {basic}"
            or asked["code_challenge"] != challenge
            or asked["redirect_uri"] != form["redirect_uri"]
        ):
            raise HTTPException(400, "invalid_grant")
        return {"access_token": "unused", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    async def _keys(self) -> dict[str, Any]:
        return {"keys": [self.published.as_dict(private=False)]}

    def _id_token(self, nonce: str) -> str:
        now_s = self.clock.now_us() // SECOND_US
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now_s, "exp": now_s + VALID_S, "nonce": nonce}
        header = {"alg": "RS256", "kid": "1"}
        return jwt.encode(header, claims | self.claims | self.spoil, self.key or self.published)


@asynccontextmanager
async def serving(provider: Provider) -> AsyncIterator[None]:
    """Serve `provider` on a port of its own."""
    server = WebServer(provider.application(), WebSettings(port=0))
    provider.issuer = f"http://127.0.0.1:{await server.start()}"
    try:
        yield
    finally:
        await server.close()
