"""The headers that make browsers careful, on every answer.

The policy for content allows what our own files are and nothing else: no inline script, no foreign host, no
frame, but at the desk for the one CRM that is configured. Live connections go to this host; pictures may be
drawn by the page itself.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.settings import WebSettings

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self' data:",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
ALWAYS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=()",
}
DESK = "/agent"
"""The page that may hold a frame."""
OVER_TLS = {"Strict-Transport-Security": "max-age=31536000"}
NOT_KEPT = {"Cache-Control": "no-store"}
"""Answers of the API hold people's names and numbers; no cache keeps them."""


class SecurityHeaders:
    """Adds the headers to every answer; what a route sets itself stays."""

    def __init__(self, app: ASGIApp, web: WebSettings) -> None:
        self._app = app
        self._always = ALWAYS | (OVER_TLS if web.public_url.startswith("https://") else {})
        framing = f"{CONTENT_POLICY}; frame-src {web.framed_origin}"
        self._at_desk = {"Content-Security-Policy": framing} if web.framed_origin else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted = self._always | (NOT_KEPT if scope["path"].startswith("/api/") else {})
        wanted |= self._at_desk if scope["path"] == DESK else {}

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in wanted.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
