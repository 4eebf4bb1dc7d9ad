"""`goldline top`: the wallboard in a terminal, over the API like any other screen.

It signs in with a key (`GOLDLINE_KEY`) or as somebody (the password is asked for), follows the topics of the
floor, and draws what it is told. When the connection is lost it says so, and comes back by itself.
"""

from __future__ import annotations

import asyncio
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import orjson
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from core.kernel.errors import GoldlineError
from core.model.agent import AgentState
from goldline.board_tables import STATE_COLOURS, board_table
from metrics.service_level import ServiceLevelPolicy

TOPICS = ("queues", "tiers", "agents", "campaigns", "alerts")
AGAIN_AFTER_S = 1.0
DRAW_EVERY_S = 0.5
ANSWER_WITHIN_S = 10
WIDE = 124
"""Columns of a terminal on which the agents fit beside the rest."""
LEVEL = ServiceLevelPolicy.SHORT_ABANDONS_EXCLUDED
"""The service level that is shown; the pages show all five."""
Rows = dict[str, dict[str, Any]]


class SignInRefused(GoldlineError):
    """The site does not know this key or password, or it may not see the floor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where the site is, and what is shown at its door: a key, or the cookie of somebody who signed in."""

    url: str
    key: str = ""
    cookie: str = ""

    def connect(self) -> connect:
        """Return the live connection, not yet made."""
        shown = {"Authorization": f"Bearer {self.key}"} if self.key else {"Cookie": self.cookie}
        events = self.url.replace("http", "ws", 1) + "/api/v1/events"
        return connect(events, additional_headers=shown, origin=Origin(self.url), compression=None)


def sign_in(url: str, login: str, password: str) -> Door:
    """Sign in and return the door; raise `SignInRefused` where that is refused, `OSError` without a site."""
    body = orjson.dumps({"login": login, "password": password})
    headers = {"Content-Type": "application/json", "Origin": url}
    request = urllib.request.Request(f"{url}/api/v1/session", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_S) as answer:
            cookies: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"])
    except urllib.error.HTTPError as refusal:
        raise SignInRefused(f"{url} does not let {login} in ({refusal.code})") from None
    return Door(url=url, cookie="; ".join(f"{each.key}={each.value}" for each in cookies.values()))


@dataclass(slots=True)
class Picture:
    """What the site has told; `behind` is how much the site's clock is behind ours."""

    rows: Rows = field(default_factory=lambda: {topic: {} for topic in TOPICS})
    behind: timedelta = timedelta()
    is_live: bool = False

    def hear(self, frame: Mapping[str, Any]) -> None:
        """Take a frame of the live connection; kinds that are not known are passed over."""
        match frame["kind"]:
            case "welcome" | "beat":
                self.is_live = True
                self.behind = _now() - datetime.fromisoformat(frame["server_time"])
            case "snapshot":
                self.rows[frame["topic"]] = dict(frame["rows"])
            case "delta":
                rows = self.rows[frame["topic"]]
                rows |= frame["set"]
                for key in frame["gone"]:
                    rows.pop(key, None)

    def draw(self, title: str, *, wide: bool = True) -> RenderableType:
        """Return the picture as of now; a `wide` one has the agents beside the rest."""
        now = _now() - self.behind
        state = "" if self.is_live else " - not connected, what is shown is old"
        heading = Panel(Text(title + state, style="bold" if self.is_live else "bold red"))
        tables = [draw(self.rows, now) for draw in (_tiers, _queues, _campaigns, _alerts)]
        shown = [table for table in tables if table.row_count]
        agents = _agents(self.rows, now)
        if not wide:
            return Group(heading, *shown, agents)
        columns = Table.grid(padding=(0, 3))
        columns.add_row(agents, Group(*shown))
        return Group(heading, columns)


def _groups(title: str, rows: Mapping[str, Any], now: datetime, *more: str) -> Table:
    headings = ("waiting", "longest s", "answered", "left", "mean s", "level")
    table = board_table(title, title.lower().removesuffix("s"), *headings, *more)
    for name, row in rows.items():
        cells = (
            str(row["waiting"]),
            _since_s(row["longest_since"], now),
            str(row["answered"]),
            str(row["abandoned"]),
            _shown(row["mean_wait_seconds"], ".1f"),
            _shown(row["service_levels"].get(LEVEL), ".0%"),
        )
        table.add_row(name, *cells, *(str(row[column.replace(" ", "_")]) for column in more))
    return table


def _tiers(rows: Rows, now: datetime) -> Table:
    return _groups("Tiers", rows["tiers"], now)


def _queues(rows: Rows, now: datetime) -> Table:
    return _groups("Queues", rows["queues"], now, "ready", "working")


def _agents(rows: Rows, now: datetime) -> Table:
    table = board_table("Agents", "agent", "state", "for s")
    for row in rows["agents"].values():
        if row["state"] != AgentState.LOGGED_OUT:
            word = f"{row['state']} {row['reason']}".strip()
            style = STATE_COLOURS[AgentState(row["state"])]
            table.add_row(row["name"], Text(word, style=style), _since_s(row["since"], now))
    return table


def _campaigns(rows: Rows, now: datetime) -> Table:
    table = board_table("Campaigns", "campaign", "state", "in flight", "dialed", "connected", "abandoned")
    for name, row in rows["campaigns"].items():
        figures = (str(row[key]) for key in ("in_flight", "dialed", "connected", "abandoned"))
        table.add_row(name, row["state"], *figures)
    return table


def _alerts(rows: Rows, now: datetime) -> Table:
    table = board_table("Alerts", "what", "of", "for s")
    for row in rows["alerts"].values():
        style = "red" if row["level"] == "critical" else "yellow"
        table.add_row(Text(row["kind"], style=style), row["subject"], _since_s(row["since"], now))
    return table


def _now() -> datetime:
    return datetime.now(UTC)  # det-ok: a screen, far from any engine


def _since_s(instant: str | None, now: datetime) -> str:
    if instant is None:
        return "0"
    return f"{max(0.0, (now - datetime.fromisoformat(instant)).total_seconds()):.0f}"


def _shown(figure: float | None, form: str) -> str:
    return "" if figure is None else format(figure, form)


# --- the terminal ---------------------------------------------------------------------------------------


async def show_board(door: Door, for_s: float = 0.0) -> None:
    """Draw until Ctrl-C, or for `for_s` seconds; on no terminal, print one picture and return.

    Raises `SignInRefused` where the site does not let us see the floor.
    """
    picture, console = Picture(), Console()
    following = asyncio.ensure_future(follow(door, picture))  # det-ok: a screen, ended below
    try:
        if not console.is_terminal:
            await asyncio.wait({following}, timeout=for_s or DRAW_EVERY_S)
            console.print(picture.draw(door.url, wide=console.width >= WIDE))
        else:
            await _draw_on(picture, door, console, for_s or float("inf"), following)
    finally:
        if following.done():
            following.result()
        following.cancel()


async def _draw_on(
    picture: Picture, door: Door, console: Console, for_s: float, following: asyncio.Future[None]
) -> None:
    ends_s = asyncio.get_running_loop().time() + for_s
    with Live(console=console, auto_refresh=False, screen=True) as live:
        while not following.done() and asyncio.get_running_loop().time() < ends_s:
            live.update(picture.draw(door.url, wide=console.width >= WIDE), refresh=True)
            await asyncio.wait({following}, timeout=DRAW_EVERY_S)


async def follow(door: Door, picture: Picture, told: Callable[[], None] = lambda: None) -> None:
    """Keep `picture` as the site tells, for ever; `told` is called after each frame."""
    while True:
        try:
            async with door.connect() as socket:
                await _hear(socket, picture, told)
        except InvalidStatus as refusal:
            if refusal.response.status_code in (401, 403):
                raise SignInRefused(f"{door.url} does not take what was shown") from None
        except (OSError, ConnectionClosed):
            pass
        picture.is_live = False
        await asyncio.sleep(AGAIN_AFTER_S)


async def _hear(socket: ClientConnection, picture: Picture, told: Callable[[], None]) -> None:
    await socket.send(orjson.dumps({"subscribe": TOPICS}).decode())
    async for text in socket:
        picture.hear(orjson.loads(text))
        told()


def password_of(login: str) -> str:
    """Ask for a password, or read it from a pipe: it is never an argument, which every process can read."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass(f"password of {login}: ")
    return sys.stdin.readline().rstrip("\n")
