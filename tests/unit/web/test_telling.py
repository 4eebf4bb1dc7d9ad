"""Figures are told in small steps between what comes in, and a feed never tells half of what it knows."""

from __future__ import annotations

import asyncio

import orjson

from core.model.events import ContactArrived
from core.model.ids import ContactId, LegId
from tests.services.clocks import NOON_US, Wristwatch
from web.house import House
from web.live.floor import Floor
from web.live.live import Live
from web.live.topic import CONTACTS

CALLERS = 20


class Screen:
    """Who follows: how often it was woken."""

    def __init__(self) -> None:
        self.woken = 0

    def wake(self) -> None:
        """Look."""
        self.woken += 1

    def tick(self, now_s: float, beat: str) -> None:
        """Hear the time."""


def floor_with_callers() -> tuple[Live, Screen]:
    """Return a live side that is about to tell of callers, and a screen that follows them."""
    live, screen = Live((Floor(House(), NOON_US),), NOON_US), Screen()
    live.follow(live.feed(CONTACTS), screen)
    live.start(Wristwatch())
    for name in map(str, range(CALLERS)):
        live.add(
            ContactArrived(
                at_us=NOON_US,
                contact_id=ContactId(name),
                leg_id=LegId(name),
                caller_number="",
                dialed_number="",
            )
        )
    return live, screen


async def test_rows_are_made_in_steps_and_told_in_one_frame() -> None:
    live, screen = floor_with_callers()
    feed, turns = live.feed(CONTACTS), 0
    while feed.seq == NOON_US:
        assert not screen.woken
        await asyncio.sleep(0)
        turns += 1
    assert turns > CALLERS, "the loop looks at what came in after each row"
    (frame,) = feed.since(NOON_US) or ()
    assert len(orjson.loads(frame)["set"]) == CALLERS
    live.close()


async def test_who_asks_in_between_is_shown_all_of_it() -> None:
    live, screen = floor_with_callers()
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(live.rows(CONTACTS)) == CALLERS
    await asyncio.sleep(0.01)
    assert screen.woken == 1, "told once, to whoever asked and to who follows alike"
    live.close()
