"""What is said on the live connection, in both directions: part of the views of the API (`web.views`).

A client sends a `WishFrame`; all that it is told has a `kind`. Whoever reads ignores kinds it does not know.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from web.views.view import View


class EventView(View):
    """Something that happened to a contact or an agent, by the catalogue of `web.live.happenings`."""

    type: str
    at: datetime
    contact_id: str = ""
    agent_id: str = ""
    queue: str = ""
    tier: str = ""
    campaign: str = ""
    channel: str = ""
    outcome: str = ""
    reason: str = ""
    disposition: str = ""
    waited_seconds: float | None = None
    talked_seconds: float | None = None


class CallerView(View):
    """Who is connected."""

    login: str
    name: str
    roles: tuple[str, ...]
    agent_id: str | None = None


class WishFrame(View):
    """What a client asks: topics to follow, from the numbers on that it has by `since`, or no more.

    `screen` is the name of a browser tab, so that it finds its own desk again; `take_over` shows the desk
    here although another screen shows it. `seen` is the offer whose record is before the agent's eyes: then
    the phone rings.
    """

    subscribe: tuple[Annotated[str, Field(max_length=40)], ...] = Field(default=(), max_length=20)
    unsubscribe: tuple[Annotated[str, Field(max_length=40)], ...] = Field(default=(), max_length=20)
    since: dict[Annotated[str, Field(max_length=40)], int] = Field(default={}, max_length=20)
    screen: Annotated[str, Field(max_length=64)] = ""
    take_over: bool = False
    seen: Annotated[str, Field(max_length=64)] = ""


class WelcomeFrame(View):
    """The first frame: clocks of pages run by `server_time`."""

    kind: Literal["welcome"] = "welcome"
    server_time: datetime
    caller: CallerView


class BeatFrame(View):
    """What time it is, every two seconds, and that the connection lives."""

    kind: Literal["beat"] = "beat"
    server_time: datetime


class SnapshotFrame(View):
    """All rows of a topic; what was known of it before is void. `seq` is the number of the last change."""

    kind: Literal["snapshot"] = "snapshot"
    topic: str
    seq: int
    rows: dict[str, Any]


class DeltaFrame(View):
    """Rows that are others by now or new (`set`), and those that are `gone`; numbers have no gaps."""

    kind: Literal["delta"] = "delta"
    topic: str
    seq: int
    set: dict[str, Any]
    gone: tuple[str, ...]


class EventFrame(View):
    """Something that happened, of the topic `events`."""

    kind: Literal["event"] = "event"
    topic: str
    seq: int
    event: EventView


class HeldElsewhereFrame(View):
    """Another screen shows the agent's desk since then; this one is shown nothing before `take_over`."""

    kind: Literal["held_elsewhere"] = "held_elsewhere"
    since: datetime


class RefusedFrame(View):
    """A wish, or the part of it named by `what`, was not granted."""

    kind: Literal["refused"] = "refused"
    code: Literal["unreadable", "unknown_topic", "role_missing"]
    what: str = ""
