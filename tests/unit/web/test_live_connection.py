"""The live connection: who gets in, what is told, and how a screen that was away goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed, InvalidStatus

from core.model.agent import AgentState
from core.model.commands import DeskCommand, ShowAgentState
from core.model.events import ContactArrived
from core.model.ids import AgentId, ContactId, LegId
from core.model.message import DomainEvent
from tests.services.clocks import NOON_US, Wristwatch
from tests.services.live_sites import LIMIT_S, LiveSite, Screen, live_site
from web.callers import Role
from web.house import House
from web.live import connection
from web.live.desks import Desks
from web.live.feed import KEPT_MAX
from web.live.topic import AGENTS, QUEUES, Change
from web.views.floor import GroupView
from web.views.view import View

ANNA = AgentId("anna")
ROWS = 100
"""Forty kilobytes of rows."""


class Board:
    """A fold whose rows the test puts in."""

    topics = (QUEUES, AGENTS)

    def __init__(self) -> None:
        self._changes: list[Change] = []

    def put(self, key: str, waiting: int) -> None:
        self._changes.append(Change(QUEUES, key, GroupView(name=key, waiting=waiting)))

    def drop(self, key: str) -> None:
        self._changes.append(Change(QUEUES, key, None))

    def add(self, event: DomainEvent) -> None: ...

    def show(self, command: DeskCommand) -> None: ...

    def tick(self, now_us: int) -> None: ...

    def changes(self) -> Iterable[Change]:
        changes, self._changes = self._changes, []
        return changes


@pytest.fixture
def board() -> Board:
    return Board()


@pytest.fixture
async def served(board: Board) -> AsyncIterator[LiveSite]:
    async with live_site([board, Desks(House(), NOON_US)], Wristwatch()) as served:
        yield served


def ready(since_us: int = NOON_US) -> ShowAgentState:
    return ShowAgentState(
        agent_id=ANNA, state=AgentState.READY, reason="", since_us=since_us, legal=("LogOut",)
    )


def arrival(number: int) -> ContactArrived:
    name = f"C-{number}"
    return ContactArrived(
        at_us=NOON_US, contact_id=ContactId(name), leg_id=LegId(name), caller_number="", dialed_number=""
    )


async def read_on(socket: ClientConnection) -> None:
    """Read until the connection ends."""
    while True:
        await socket.recv()


def rows(served: LiveSite) -> dict[str, View]:
    return served.live.rows(QUEUES)


# --- coming in --------------------------------------------------------------------------------------------


async def test_nobody_gets_in_without_signing_in(served: LiveSite) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await served.connect("")
    assert refused.value.response.status_code == 401


@pytest.mark.parametrize("origin", ["http://evil.example", "null", None])
async def test_no_page_of_another_site_gets_in_with_the_cookie(served: LiveSite, origin: str | None) -> None:
    token = await served.person("vera", Role.SUPERVISOR)
    with pytest.raises(InvalidStatus) as refused:
        await served.connect(token, origin)
    assert refused.value.response.status_code == 403


async def test_welcome_tells_the_time_and_who_one_is(served: LiveSite) -> None:
    token = await served.person("anna", Role.AGENT, agent_id=ANNA)
    async with served.connect(token) as socket:
        welcome = await socket.recv()
    assert welcome == (
        '{"kind":"welcome","server_time":"2025-06-15T15:06:40Z",'
        '"caller":{"login":"anna","name":"Anna","roles":["agent"],"agent_id":"anna"}}'
    )


# --- tables -------------------------------------------------------------------------------------------------


async def test_a_table_comes_whole_and_then_by_numbered_changes(served: LiveSite, board: Board) -> None:
    board.put("cards", 1)
    board.put("loans", 2)
    rows(served)
    async with served.screen(await served.person("vera", Role.SUPERVISOR), "queues") as screen:
        whole = await screen.frame("snapshot")
        board.put("cards", 5)
        board.put("loans", 2)  # not another: not told
        rows(served)
        change = await screen.frame("delta")
        board.drop("loans")
        rows(served)
        gone = await screen.frame("delta")
    assert {key: row["waiting"] for key, row in whole["rows"].items()} == {"cards": 1, "loans": 2}
    assert {key: row["waiting"] for key, row in change["set"].items()} == {"cards": 5}
    assert (gone["set"], gone["gone"]) == ({}, ["loans"])
    assert [change["seq"], gone["seq"]] == [whole["seq"] + 1, whole["seq"] + 2]


async def test_who_comes_back_goes_on_from_the_number_it_has(served: LiveSite, board: Board) -> None:
    token = await served.person("vera", Role.SUPERVISOR)
    board.put("cards", 1)
    rows(served)
    async with served.screen(token, "queues") as screen:
        seq = (await screen.frame("snapshot"))["seq"]
    for waiting in (2, 3):
        board.put("cards", waiting)
        rows(served)
    async with served.screen(token, "queues", since={"queues": seq}) as screen:
        missed = [await screen.frame("delta") for _ in range(2)]
    assert [(change["seq"], change["set"]["cards"]["waiting"]) for change in missed] == [
        (seq + 1, 2),
        (seq + 2, 3),
    ]


@pytest.mark.parametrize("away", [KEPT_MAX + 1, 10])
async def test_who_was_away_too_long_or_knew_an_earlier_start_gets_the_table_whole(
    served: LiveSite, board: Board, away: int
) -> None:
    token = await served.person("vera", Role.SUPERVISOR)
    for waiting in range(away):
        board.put("cards", waiting)
        rows(served)
    earlier = NOON_US if away > KEPT_MAX else NOON_US - 1
    async with served.screen(token, "queues", since={"queues": earlier}) as screen:
        whole = await screen.frame("snapshot")
    assert whole["rows"]["cards"]["waiting"] == away - 1


async def test_nobody_is_told_what_is_not_for_them(served: LiveSite) -> None:
    token = await served.person("anna", Role.AGENT, agent_id=ANNA)
    async with served.screen(token, "agents", "weather", "queues") as screen:
        refusals = [await screen.frame("refused") for _ in range(2)]
        await screen.frame("snapshot")
    assert refusals == [
        {"kind": "refused", "code": "role_missing", "what": "agents"},
        {"kind": "refused", "code": "unknown_topic", "what": "weather"},
    ]


async def test_who_says_nonsense_stays_and_is_told(served: LiveSite) -> None:
    async with served.screen(await served.person("vera", Role.SUPERVISOR)) as screen:
        await screen.wish(fly=True)
        assert await screen.frame("refused") == {"kind": "refused", "code": "unreadable", "what": ""}
        await screen.wish(subscribe=["queues"])
        await screen.frame("snapshot")


async def test_after_unsubscribing_nothing_more_is_told(served: LiveSite, board: Board) -> None:
    async with served.screen(await served.person("vera", Role.SUPERVISOR), "queues", "tiers") as screen:
        await screen.frame("snapshot")
        await screen.frame("snapshot")
        await screen.wish(unsubscribe=["queues"])
        await screen.wish(subscribe=["weather"])
        await screen.frame("refused")  # so the wish before was heard
        board.put("cards", 1)
        rows(served)
        await screen.wish(subscribe=["weather"])
        await screen.frame("refused")


async def test_a_quiet_connection_gives_a_sign_of_life(served: LiveSite) -> None:
    async with served.screen(await served.person("vera", Role.SUPERVISOR)) as screen:
        assert (await screen.frame("beat"))["server_time"] == "2025-06-15T15:06:40Z"


# --- desks ------------------------------------------------------------------------------------------------


async def test_a_desk_is_told_in_the_turn_in_which_it_changes(served: LiveSite) -> None:
    served.live.show(ready())
    async with served.screen(await served.person("anna", Role.AGENT, agent_id=ANNA), "desk") as screen:
        whole = await screen.frame("snapshot")
        served.live.show(ready(NOON_US + 1))
        change = await screen.frame("delta")
    assert whole["rows"]["state"]["legal"] == ["LogOut"]
    assert change["set"]["state"]["since"] == "2025-06-15T15:06:40.000001Z"


async def test_who_has_no_desk_is_refused_one(served: LiveSite) -> None:
    async with served.screen(await served.person("vera", Role.SUPERVISOR), "desk") as screen:
        assert (await screen.frame("refused"))["code"] == "role_missing"


async def test_a_second_screen_shows_nothing_before_it_takes_the_desk_over(served: LiveSite) -> None:
    served.live.show(ready())
    token = await served.person("anna", Role.AGENT, agent_id=ANNA)
    opened: list[tuple[AgentId, bool]] = []
    served.live.holders.watch(lambda agent_id, is_open: opened.append((agent_id, is_open)))
    async with AsyncExitStack() as screens:
        first = await screens.enter_async_context(served.screen(token, "desk", screen="tab-1"))
        await first.frame("snapshot")
        second = await screens.enter_async_context(served.screen(token, "desk", screen="tab-2"))
        held = await second.frame("held_elsewhere")
        served.live.show(ready(NOON_US + 1))
        await first.frame("delta")
        await second.wish(take_over=True)
        await second.frame("snapshot")
        assert (await first.frame("held_elsewhere"))["since"] == held["since"]
        served.live.show(ready(NOON_US + 2))
        await second.frame("delta")
    assert opened[0] == (ANNA, True)


async def test_a_page_that_reloads_finds_its_desk_again(served: LiveSite) -> None:
    served.live.show(ready())
    token = await served.person("anna", Role.AGENT, agent_id=ANNA)
    async with served.screen(token, "desk", screen="tab-1") as before:
        await before.frame("snapshot")
        async with served.screen(token, "desk", screen="tab-1") as after:
            assert (await after.frame("snapshot"))["rows"]["state"]["state"] == "ready"
        await before.frame("held_elsewhere")


# --- who does not read ------------------------------------------------------------------------------------


async def test_who_does_not_read_is_let_go_with_a_reason(
    served: LiveSite, board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SENDING_MAX_S", 0.1)
    token = await served.person("vera", Role.SUPERVISOR)
    async with served.connect(token, max_queue=1) as socket:
        screen = Screen(socket)
        await screen.wish(subscribe=["queues"])
        for kind in ("welcome", "snapshot"):
            await screen.frame(kind)
        socket.transport.pause_reading()
        async with asyncio.timeout(LIMIT_S):
            while served.live.followers:  # the buffers on the way are filled first
                for number in range(ROWS):
                    board.put(f"queue-{number}", served.live.feed(QUEUES).seq)
                rows(served)
                await asyncio.sleep(0)
        socket.transport.resume_reading()
        with pytest.raises(ConnectionClosed) as closed:
            await read_on(socket)
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (1013, "you did not read what was sent")


async def test_who_misses_a_change_of_the_desk_is_let_go(served: LiveSite) -> None:
    """More changes than are kept, before the connection's own turn comes."""
    token = await served.person("anna", Role.AGENT, agent_id=ANNA)
    served.live.show(ready())
    async with served.connect(token) as socket:
        screen = Screen(socket)
        await screen.frame("welcome")
        await screen.wish(subscribe=["desk"])
        await screen.frame("snapshot")
        for number in range(KEPT_MAX + 1):
            served.live.show(ready(NOON_US + number + 1))
        with pytest.raises(ConnectionClosed) as closed:
            await screen.frame("delta")
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1013


async def test_who_misses_figures_is_told_the_newest(served: LiveSite, board: Board) -> None:
    async with served.screen(await served.person("vera", Role.SUPERVISOR), "queues") as screen:
        await screen.frame("snapshot")
        for number in range(KEPT_MAX + 1):
            board.put("cards", number + 1)
            rows(served)
        assert (await screen.frame("snapshot"))["rows"]["cards"]["waiting"] == KEPT_MAX + 1


async def test_five_hundred_changes_in_one_turn_are_one_frame(served: LiveSite, board: Board) -> None:
    async with served.screen(await served.person("vera", Role.SUPERVISOR), "queues") as screen:
        whole = await screen.frame("snapshot")
        for number in range(500):
            board.put("cards", number + 1)
            served.live.add(arrival(number))
        change = await screen.frame("delta")
        last = change if change["set"]["cards"]["waiting"] == 500 else await screen.frame("delta")
    assert last["set"]["cards"]["waiting"] == 500
    assert last["seq"] - whole["seq"] <= 2
