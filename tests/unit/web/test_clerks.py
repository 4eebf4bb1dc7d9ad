"""Whoever asks beside the live side goes on asking: a fault of one stops nobody."""

from __future__ import annotations

import asyncio

import pytest

from web.live.clerks import keep_at_work


class Asks:
    """A clerk who fails at once in all of `lives` but the last."""

    def __init__(self, lives: int) -> None:
        self.lives = lives
        self.begun = 0
        self.settled = asyncio.Event()

    async def run(self) -> None:
        """Fail, or ask for ever."""
        self.begun += 1
        if self.begun < self.lives:
            raise KeyError("a queue that is no more")
        self.settled.set()
        await asyncio.Event().wait()


async def test_a_clerk_who_fails_begins_anew_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.live.clerks.REST_S", 0)
    careless, steady = Asks(lives=3), Asks(lives=1)
    working = asyncio.create_task(keep_at_work(careless, steady))
    async with asyncio.timeout(5):
        await careless.settled.wait()
        await steady.settled.wait()
    assert (careless.begun, steady.begun) == (3, 1)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
