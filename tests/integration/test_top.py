"""`goldline top` beside a running demonstration: what it draws is what the engine's own board knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from rich.console import Console

from core.model.agent import AgentState
from core.model.events import ContactConnected
from goldline.demo.people import PASSWORD, WALL
from goldline.top import Door, Picture, SignInRefused, follow, sign_in
from tests.services.bus_ends import until
from tests.services.web_centre import WebCentre

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def centre() -> Iterator[WebCentre]:
    with WebCentre(speed=20) as running:
        yield running


def drawn(picture: Picture) -> str:
    console = Console(width=160)
    with console.capture() as shown:
        console.print(picture.draw("http://demo"))
    return shown.get()


async def test_the_floor_is_drawn_as_it_is(centre: WebCentre) -> None:
    door = await asyncio.to_thread(sign_in, centre.url, WALL, PASSWORD)
    picture = Picture()
    following = asyncio.ensure_future(follow(door, picture))
    centre.call("gold", 1)
    await until(lambda: picture.rows["queues"].get("cards", {}).get("waiting") == 1, limit_s=30)
    ledger = centre.show.ledger.events
    assert not [event for event in ledger if isinstance(event, ContactConnected)]
    text = drawn(picture)
    for word in ("Queues", "Tiers", "Agents", "cards", "loans", "gold", "platinum", "Chidi", "ready"):
        assert word in text
    assert "not connected" not in text
    states = {row["agent_id"]: row["state"] for row in picture.rows["agents"].values()}
    assert states["chidi"] == AgentState.READY
    assert "Anna" not in text, "who is logged out takes no line"
    following.cancel()


async def test_a_wrong_password_and_a_wrong_key_are_refused(centre: WebCentre) -> None:
    with pytest.raises(SignInRefused, match="does not let wall in"):
        await asyncio.to_thread(sign_in, centre.url, WALL, "guessed")
    with pytest.raises(SignInRefused, match="does not take"):
        await follow(Door(url=centre.url, key="glk_guessed"), Picture())


async def test_a_lost_connection_is_said() -> None:
    with WebCentre() as centre:
        door = await asyncio.to_thread(sign_in, centre.url, WALL, PASSWORD)
        picture = Picture()
        following = asyncio.ensure_future(follow(door, picture))
        await until(lambda: picture.is_live)
    await until(lambda: not picture.is_live)
    assert "not connected, what is shown is old" in drawn(picture)
    following.cancel()
