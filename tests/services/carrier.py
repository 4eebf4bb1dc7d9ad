"""A carrier for a real Asterisk, played by sipp: whoever is dialed, the last digit says what becomes of it.

It keeps its own count of every call, as `Moment`s, which tests hold against what the dialer says it did. Its
people say hello and listen, its machines speak on for some seconds.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from enum import StrEnum
from pathlib import Path

from tests.services.sipp import FIRST_WORD_MS, SCENARIOS, Sipp, awaited, spoken

RING_MS, LATE_MS = 600, 2_500
"""How long it rings before somebody answers, and how long after the first early sound."""


class Ending(StrEnum):
    """What becomes of a call, by the last digit of the number dialed."""

    PERSON = "0"
    PERSON_TOO = "1"
    BUSY = "2"
    NOBODY = "3"
    UNKNOWN_NUMBER = "4"
    CONGESTED = "5"
    EARLY_MEDIA = "6"
    MACHINE = "7"
    DECLINED = "8"
    BLOCKED = "9"


REFUSALS = {
    Ending.BUSY: "486 Busy Here",
    Ending.UNKNOWN_NUMBER: "404 Not Found",
    Ending.CONGESTED: "503 Service Unavailable",
    Ending.DECLINED: "603 Decline",
    Ending.BLOCKED: "608 Rejected",
}
_NAMED = {Ending.NOBODY: "nobody", Ending.EARLY_MEDIA: "early", Ending.MACHINE: "machine"}

_UNDER_WAY = frozenset({"dialed", "answered"})
_STAGES = _UNDER_WAY | {"refused", "was_cancelled", "hung_up", "was_hung_up"}

PERSON_SPEAKS_MS, MACHINE_SPEAKS_MS = 600, 4_000


class Carrier(Sipp):
    """The network beyond the trunk on `port`: it rings for `ring_ms` before somebody answers.

    A person who answers hangs up after `talk_ms`.
    """

    def __init__(self, folder: Path, port: int, talk_ms: int = 2_000, ring_ms: int = RING_MS) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "person.ulaw").write_bytes(spoken(FIRST_WORD_MS, PERSON_SPEAKS_MS))
        (folder / "machine.ulaw").write_bytes(spoken(FIRST_WORD_MS, MACHINE_SPEAKS_MS))
        super().__init__(folder, _scenario(talk_ms, ring_ms), port, [])
        self.wait_until_bound()

    def dialed(self) -> Counter[str]:
        """Return how many INVITEs there were to each number."""
        return Counter(moment.number for moment in self.moments("dialed"))

    def in_hand(self) -> dict[str, str]:
        """Return the numbers whose calls are not over, each with `dialed` or `answered`, as far as it got."""
        stages = {moment.number: moment.what for moment in self.moments() if moment.what in _STAGES}
        return {number: stage for number, stage in stages.items() if stage in _UNDER_WAY}

    async def rings_and_talks(self, limit_s: float) -> dict[str, str]:
        """Return the calls in hand as soon as some of them ring and some talk; raise `TimeoutError` else."""
        async with asyncio.timeout(limit_s):
            while {*(in_hand := self.in_hand()).values()} != _UNDER_WAY:  # noqa: ASYNC110, sipp tells nobody
                await asyncio.sleep(0.02)
        return in_hand

    async def all_quiet(self, limit_s: float) -> None:
        """Wait until no call is under way; raise `TimeoutError` where one stays."""
        async with asyncio.timeout(limit_s):
            while self.in_hand():  # noqa: ASYNC110, sipp tells nobody
                await asyncio.sleep(0.05)


def _scenario(talk_ms: int, ring_ms: int) -> str:
    tests = _NAMED | {ending: f"refused_{ending}" for ending in REFUSALS}
    text = (SCENARIOS / "carrier.xml").read_text()
    for mark, part in {
        "endings": "\n".join(_found(name, ending) for ending, name in tests.items()),
        "refusals": "\n".join(_refusal(f"refused_{ending}", status) for ending, status in REFUSALS.items()),
        "ring": awaited("CANCEL", ring_ms, then="answer", received="cancelled"),
        "late": awaited("CANCEL", LATE_MS, then="answer", received="cancelled"),
        "talk": awaited("BYE", talk_ms, then="hang_up", received="far_end"),
    }.items():
        text = text.replace(f"<!-- {mark} -->", part)
    return text


def _found(name: str, digit: str) -> str:
    return (
        f'<ereg regexp="sip:[^@]*{digit}@" search_in="hdr" header="To:" check_it="false" assign_to="{name}"/>'
    )


def _refusal(name: str, status: str) -> str:
    text = (SCENARIOS / "carrier_refuses.xml").read_text()
    return text.replace("<!-- name -->", name).replace("<!-- status -->", status)
