"""A supervisor at the API of a running program: signed in as a browser is, with a cookie."""

from __future__ import annotations

import subprocess
from types import TracebackType
from typing import Any, Self

import httpx

from tests.services.goldline import PROGRAM, GoldlineServer

PASSWORD = "a long enough password"


def add_person(
    goldline: GoldlineServer, login: str, *roles: str, agent: str = "", password: str = PASSWORD
) -> None:
    """Let somebody sign in at the program, as its administrator would."""
    options = [part for role in roles for part in ("--role", role)] + (["--agent", agent] if agent else [])
    command = [PROGRAM, "people", "add", login, *options, "-c", goldline.config]
    subprocess.run(command, input=password, text=True, capture_output=True, timeout=30, check=True)


class Supervisor:
    """One person of the program's who may supervise, and is the agent `agent` where that is given."""

    def __init__(self, goldline: GoldlineServer, login: str, agent: str = "") -> None:
        self._login = login
        add_person(goldline, login, "supervisor", *(["agent"] if agent else []), agent=agent)
        origin = f"http://127.0.0.1:{goldline.web_port}"
        self._browser = httpx.AsyncClient(base_url=f"{origin}/api/v1", headers={"Origin": origin})

    async def __aenter__(self) -> Self:
        answer = await self._browser.post("/session", json={"login": self._login, "password": PASSWORD})
        answer.raise_for_status()
        self._browser.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._browser.aclose()

    async def post(self, path: str, **body: Any) -> None:
        """Make a wish; raise `httpx.HTTPStatusError` where it is not granted."""
        (await self._browser.post(path, json=body)).raise_for_status()

    async def get(self, path: str) -> Any:
        """Return what is answered."""
        return (await self._browser.get(path)).raise_for_status().json()
