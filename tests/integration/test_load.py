"""Two hundred calls at ten a second: everybody is served, and nobody's books differ.

Three accounts are held side by side: that of the callers and phones (sipp), that of Asterisk as a passive
observer hears it, and the ledger. `-s` prints the waits.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.desk import Desk
from tests.services.goldline import GoldlineServer
from tests.services.ports import free_udp_port
from tests.services.sipp import STAY, Callers, Phones, Press, Wait
from tests.services.talks import disagreements, observed_talks, recorded_talks

pytestmark = [pytest.mark.asterisk, pytest.mark.slow]

CALLS, CALLS_PER_S = 200, 10
NUMBERS = [f"555{number:04}" for number in range(CALLS)]
SEATS = {f"agent-{number}": f"{2000 + number}" for number in range(20)}
TALK_MS = 2_200
"""Twenty-two erlangs for twenty agents: a line forms, and grows until the last caller has come."""
TO_THE_COUNTER = [Wait(300), Press("2"), *STAY]


@pytest.fixture(scope="module")
def phone_ports() -> dict[str, int]:
    """Return one UDP port for all extensions: one sipp plays all the phones."""
    return dict.fromkeys(SEATS.values(), free_udp_port())


@pytest.fixture
async def goldline(
    asterisk: RealAsterisk, observer: AmiObserver, tmp_path: Path
) -> AsyncIterator[GoldlineServer]:
    """Return the program with twenty agents, all of whom can serve everybody."""
    with GoldlineServer(tmp_path / "goldline", asterisk, dict.fromkeys(SEATS, 5)) as serving:
        yield serving


@pytest.fixture
def phones(phone_ports: dict[str, int], tmp_path: Path) -> Iterator[Phones]:
    """Return the agents' phones: each answers at once and hangs up after a short talk."""
    with ExitStack() as stack:
        port = next(iter(phone_ports.values()))
        yield stack.enter_context(Phones(tmp_path / "phones", port, talk_ms=TALK_MS))


async def test_two_hundred_calls_through_menu_and_queue_are_all_accounted_for(
    goldline: GoldlineServer,
    callers: Callable[..., Callers],
    phones: Phones,
    seat: Callable[[str, str], Awaitable[Desk]],
    observer: AmiObserver,
) -> None:
    for agent, extension in SEATS.items():
        await seat(agent, extension)
    line = callers(NUMBERS, steps=TO_THE_COUNTER, rate=CALLS_PER_S)
    assert await line.finished(90)
    await goldline.recorded("InteractionRecorded", CALLS)
    records = goldline.interactions()
    print_figures(records)

    assert Counter(moment.what for moment in line.moments()) == {
        "answered": CALLS,
        "pressed 2": CALLS,
        "was_hung_up": CALLS,
    }
    assert len(phones.moments("answered")) == len(phones.moments("hung_up")) == CALLS
    assert len(goldline.ledger("ContactArrived")) == CALLS
    assert sorted(record["caller_number"] for record in records) == NUMBERS
    assert {(record["queue"], record["outcome"], record["ended_by"]) for record in records} == {
        ("counter", "closed", "agent")
    }
    assert_the_books_agree(goldline, observer)
    await assert_nothing_is_left(goldline, observer)


def assert_the_books_agree(goldline: GoldlineServer, observer: AmiObserver) -> None:
    """Hold the ledger against Asterisk, call by call: who with whom, from when, and for how long."""
    talks = observed_talks(observer.events)
    assert len(talks) == CALLS
    assert disagreements(talks, recorded_talks(goldline.ledger(), SEATS), within_s=0.2) == []


async def assert_nothing_is_left(goldline: GoldlineServer, observer: AmiObserver) -> None:
    """No channel, no agent still busy, and nothing that went wrong on the way."""
    await observer.all_quiet()
    states = {event["agent_id"]: event["new"] for event in goldline.ledger("AgentStateChanged")}
    assert states == dict.fromkeys(SEATS, "ready")
    assert goldline.complaints() == []


def print_figures(records: list[dict[str, Any]]) -> None:
    waits_ms = [record["queue_us"] / 1_000 for record in records]
    hundredths_ms = statistics.quantiles(waits_ms, n=100)
    print(
        f"\n{CALLS} calls at {CALLS_PER_S} a second for {len(SEATS)} agents; from queue to bridge: shortest "
        f"{min(waits_ms):.1f} ms, median {hundredths_ms[49]:.0f} ms, p99 {hundredths_ms[98]:.0f} ms"
    )
