"""The live demonstration as people see it: every call goes over AMI and FastAGI, a hundred times as fast."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import pytest
from rich.console import Console

from core.model.commands import PopScreen, RingLeg
from core.model.events import (
    ContactArrived,
    ContactConnected,
    ContactQueued,
    DialogueOpened,
    LegAnswered,
    LegRinging,
    OfferMade,
)
from core.model.message import Command, DomainEvent, Event
from goldline.demo.day import DEMO_SCENARIO
from goldline.demo.show import Show, ShowSettings, open_show
from metrics.day import DayFigures
from metrics.summary import day_summary
from simulator.scenario import load_scenario

pytestmark = pytest.mark.slow

E = TypeVar("E", bound=Event)
SETTINGS = ShowSettings(speed=100, morning_s=0, web_port=0)
LIMIT_S = 60
TALKS = 25
"""So many talks are waited for: some seven simulated minutes."""


class Turns:
    """A journal that keeps every turn of the engine, and a way to wait for one to come."""

    def __init__(self) -> None:
        self.all: list[tuple[Event, tuple[Command, ...]]] = []
        self._news = asyncio.Event()

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        self.all.append((message, tuple(commands)))
        self._news.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not condition():
                self._news.clear()
                await self._news.wait()


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The demonstration as it was after its first talks."""

    turns: list[tuple[Event, tuple[Command, ...]]]
    ledger: list[DomainEvent]
    extensions: dict[str, str]
    figures: dict[str, Any]
    at_us: int
    picture: str
    faults: int

    def told(self, kind: type[E]) -> list[E]:
        return [message for message, _ in self.turns if isinstance(message, kind)]

    def recorded(self, kind: type[E]) -> list[E]:
        return [event for event in self.ledger if isinstance(event, kind)]

    def rung(self) -> list[RingLeg]:
        return [command for _, turn in self.turns for command in turn if isinstance(command, RingLeg)]


@pytest.fixture(scope="module")
def seen() -> Seen:
    return asyncio.run(watch())


async def watch() -> Seen:
    """Let the demonstration run until there were enough talks, and look at it."""
    turns = Turns()
    async with open_show(SETTINGS, turns, load_scenario(DEMO_SCENARIO)) as show:
        await turns.until(lambda: answered(show) >= TALKS)
        at_us = show.clock.now_us()
        console = Console(width=200)
        with console.capture() as picture:
            console.print(show.board.draw(at_us, show.title()))
        return Seen(
            turns=list(turns.all),
            ledger=list(show.ledger.events),
            extensions={plan.id: plan.extension for plan in show.world.scenario.staff},
            figures=summed_up(show.board.figures, at_us),
            at_us=at_us,
            picture=picture.get(),
            faults=show.centre.runner.faults,
        )


def answered(show: Show) -> int:
    return show.board.figures.of().answered


def summed_up(figures: DayFigures, at_us: int) -> dict[str, Any]:
    figures.close(at_us)
    return day_summary(figures)


def test_nothing_went_wrong(seen: Seen) -> None:
    assert seen.faults == 0


def test_each_call_is_one_contact_and_only_queued_ones_are_connected(seen: Seen) -> None:
    opened = [event.leg_id for event in seen.told(DialogueOpened)]
    assert [event.leg_id for event in seen.recorded(ContactArrived)] == opened
    queued = {event.contact_id for event in seen.recorded(ContactQueued)}
    connected = [event.contact_id for event in seen.recorded(ContactConnected)]
    assert queued >= set(connected)
    assert len(connected) == len(set(connected)) >= TALKS


def test_record_is_on_the_screen_before_the_phone_rings(seen: Seen) -> None:
    ordered = []
    for message, turn in seen.turns:
        popped = []
        for command in turn:
            if isinstance(command, PopScreen):
                popped.append(seen.extensions[command.agent_id])
            elif isinstance(command, RingLeg):
                assert command.address in popped
                ordered.append(command.leg_id)
        if isinstance(message, LegRinging) and message.leg_id.startswith("L-"):
            assert message.leg_id in ordered
    assert len(ordered) == len(seen.recorded(OfferMade)) >= TALKS


def test_agents_took_their_phones(seen: Seen) -> None:
    picked_up = {event.leg_id for event in seen.told(LegAnswered)}
    assert len(picked_up & {command.leg_id for command in seen.rung()}) >= TALKS


def test_board_and_ledger_tell_the_same_figures(seen: Seen) -> None:
    anew = DayFigures()
    for event in seen.ledger:
        anew.add(event)
    assert seen.figures == summed_up(anew, seen.at_us)
    assert seen.figures["answered"] == len(seen.recorded(ContactConnected))
    assert seen.figures["arrived"] >= seen.figures["offered"] + seen.figures["left_in_ivr"]


def test_picture_shows_queues_tiers_agents_and_decisions(seen: Seen) -> None:
    for heading in ("minute", "Queues", "Tiers", "Agents", "Last decisions", "platinum"):
        assert heading in seen.picture
