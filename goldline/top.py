"""`goldline top`: the wallboard in a terminal, over the API like any other screen.

It signs in with a key (`GOLDLINE_KEY`) or as somebody (the password is asked for), follows the topics of the
floor, and draws what it is told. When the connection is lost it says so, and comes back by itself.
"""

from __future__ import annotations

import asyncio
import http.client
import re
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
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Origin

from core.kernel.errors import ConfigError, GoldlineError
from core.model.agent import AgentState
from goldline.board_tables import STATE_COLOURS, board_table, name_console
from metrics.service_level import ServiceLevelPolicy

TOPICS = ("queues", "tiers", "agents", "campaigns", "alerts")
AGAIN_AFTER_S = 1.0
DRAW_EVERY_S = 0.5
ANSWER_WITHIN_S = 10
WIDE = 124
"""Columns of a terminal on which the agents fit beside the rest."""
LEVEL = ServiceLevelPolicy.SHORT_ABANDONS_EXCLUDED
"""The service level that is shown; the pages show all five."""
SITE = re.compile(r"https?://[^/?#@\s]+")
Rows = dict[str, dict[str, Any]]


class SiteAway(GoldlineError):
    """Nobody answers there, or nobody who speaks as our sites do."""


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


def site_at(url: str) -> str:
    """Return the address of a site as browsers write an origin; raise `ConfigError` where it is none."""
    site = url.rstrip("/")
    if not SITE.fullmatch(site):
        raise ConfigError("--url", url, "where the pages are, such as http://127.0.0.1:8080")
    return site


def sign_in(url: str, login: str, password: str) -> Door:
    """Sign in and return the door; raise `SignInRefused` where that is refused, `SiteAway` without a site."""
    body = orjson.dumps({"login": login, "password": password})
    headers = {"Content-Type": "application/json", "Origin": url}
    request = urllib.request.Request(f"{url}/api/v1/session", body, headers)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN_S) as answer:
            cookies: SimpleCookie = SimpleCookie(answer.headers["Set-Cookie"] or "")
    except urllib.error.HTTPError as refusal:
        raise SignInRefused(f"{url} does not let {login} in ({refusal.code})") from None
    except (OSError, http.client.HTTPException) as error:
        raise SiteAway(f"{url}: {getattr(error, 'reason', error)}") from None
    return Door(url=url, cookie="; ".join(f"{each.key}={each.value}" for each in cookies.values()))


@dataclass(slots=True)
class Picture:
    """What the site has told; `behind` is how much the site's clock is behind ours.

    `trouble` is why it was not reached the last time, where it was not.
    """

    rows: Rows = field(default_factory=lambda: {topic: {} for topic in TOPICS})
    behind: timedelta = timedelta()
    is_live: bool = False
    trouble: str = ""

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


async def show_board(door: Door) -> None:
    """Draw until Ctrl-C; on no terminal, print one picture and return.

    Raises `SignInRefused` where the site does not let us see the floor, `SiteAway` where there is no terminal
    and nothing is told that could be printed.
    """
    picture, console, heard = Picture(), name_console(), asyncio.Event()
    following = asyncio.ensure_future(follow(door, picture, heard.set))  # det-ok: a screen, ended below
    try:
        if console.is_terminal:
            await _draw_on(picture, door, console, following)
        else:
            await _first_words(door, picture, heard, following)
            console.print(picture.draw(door.url, wide=console.width >= WIDE))
    finally:
        if following.done():
            following.result()
        following.cancel()


async def _first_words(
    door: Door, picture: Picture, heard: asyncio.Event, following: asyncio.Future[None]
) -> None:
    """Wait until the site has told how things are; raise `SiteAway` where it tells nothing."""
    try:
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while not (heard.is_set() or following.done()):
                await asyncio.wait({following}, timeout=DRAW_EVERY_S)
    except TimeoutError:
        raise SiteAway(f"{door.url}: {picture.trouble or 'nothing is told there'}") from None
    await asyncio.wait({following}, timeout=DRAW_EVERY_S)
    if following.done():
        following.result()


async def _draw_on(picture: Picture, door: Door, console: Console, following: asyncio.Future[None]) -> None:
    with Live(console=console, auto_refresh=False, screen=True) as live:
        while not following.done():
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
                raise SignInRefused(
                    f"{door.url} does not take what was shown: a key in GOLDLINE_KEY, or --login"
                ) from None
            picture.trouble = str(refusal)
        except (OSError, ConnectionClosed, InvalidHandshake) as error:
            picture.trouble = str(error)
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
