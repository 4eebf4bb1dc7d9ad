"""The web server: uvicorn on the program's own loop, with the compression of WebSockets off.

Compression would cost half a core for 500 screens; measured by `benchmarks.fanout`.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from web.patience import patient
from web.settings import WebSettings

LETTING_GO_S = 3
"""How long those who are connected may take to leave when the server closes."""


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a line of uvicorn's says anything.

    Of every WebSocket that was refused by an answer it complains as of an error of ours (0.54, `run_asgi` of
    the sans-I/O protocol): it minds the handshake alone. A tab that was signed out would fill the log so.
    """
    return record.getMessage() != "ASGI callable returned without completing handshake."


class _Server(uvicorn.Server):
    """A server that leaves the signals to the program it is part of."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class WebServer:
    """Serves one application until it is closed; with its WebSockets `compressed`, where somebody insists."""

    def __init__(self, app: FastAPI, settings: WebSettings, *, compressed: bool = False) -> None:
        self._settings = settings
        logging.getLogger("uvicorn.error").addFilter(_is_news)
        self._server = _Server(
            uvicorn.Config(
                app,
                http=patient(settings),
                ws="websockets-sansio",
                ws_per_message_deflate=compressed,
                ws_max_size=settings.body_bytes_max,
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=LETTING_GO_S,
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> int:
        """Open the port and serve; return it, which the system chose where the settings say 0.

        Raises `OSError` where the port is taken.
        """
        listener = socket.create_server((self._settings.host, self._settings.port))
        serving = self._server.serve(sockets=[listener])
        self._task = asyncio.get_running_loop().create_task(serving)  # det-ok: an edge
        return int(listener.getsockname()[1])

    async def close(self) -> None:
        """Let everybody go."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
