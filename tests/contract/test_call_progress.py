"""The contract of calls that go out: what becomes of them, and who answered.

Played on three telephone systems, as `test_pbx` is. Who answers is a person by a short hello and the silence
after it, a machine by a greeting without an end.
"""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.causes import Answerer
from core.model.commands import AwaitSilence, HangUpLeg, PlayPrompt, RingLeg
from core.model.detection import Detection
from core.model.events import (
    AnswererJudged,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegFailed,
    StepFinished,
)
from core.model.ids import LegId
from core.model.prompts import SayDigits
from core.model.tag import CALLBACK, Tag
from dialer.progress import TRUNK_AT_FAULT, Unanswered, why_never_made, why_unanswered
from tests.contract.conftest import UNREGISTERED
from tests.services.pbx_lines import BLOCKED, CONGESTED, NOT_FOUND, Line
from tests.services.sipp import BUSY, DECLINES

LEG = LegId("L-1-000001")
NOTE = Tag(role=CALLBACK, contact="C-1-000001").encode()
RING_US = microseconds(2)
HELLO_MS, GREETING_MS = 600, 3_000


def dial(line: Line, extension: str = "1001", detection: Detection | None = None) -> None:
    line.pbx.execute(
        RingLeg(
            leg_id=LEG,
            address=f"PJSIP/{extension}",
            ring_timeout_us=RING_US,
            caller_number="+12125550100",
            tag=NOTE,
            detect_machine=detection,
        )
    )


async def why(line: Line) -> Unanswered:
    """Return why the number that was dialed was not answered."""
    ended = await line.wait_for(LegEnded, leg_id=LEG)
    created = await line.wait_for(LegCreated, leg_id=LEG)
    assert LegAnswered not in line.about(LEG)
    return why_unanswered(ended.cause, ended.tech_cause, ended.at_us - created.at_us)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (BUSY, Unanswered.BUSY),
        (NOT_FOUND, Unanswered.INVALID),
        (CONGESTED, Unanswered.CONGESTED),
        (BLOCKED, Unanswered.BLOCKED),
        # At once, so it was no person.
        (DECLINES, Unanswered.BLOCKED),
    ],
)
async def test_call_is_refused(line: Line, refusal: str, expected: Unanswered) -> None:
    line.phone("1001", refusal=refusal)
    dial(line)
    assert await why(line) is expected


async def test_nobody_answers_while_it_may_ring(line: Line) -> None:
    line.phone("1001", ring_ms=None)
    dial(line)
    assert await why(line) is Unanswered.NO_ANSWER


async def test_trunk_that_is_not_registered_is_told_from_a_number_that_is_not(line: Line) -> None:
    dial(line, UNREGISTERED)
    failed = await line.wait_for(LegFailed, leg_id=LEG)
    assert why_never_made(failed.cause) in TRUNK_AT_FAULT


# --- person or machine ------------------------------------------------------------------------------


async def judged(line: Line, detection: Detection | None = None) -> AnswererJudged:
    """Dial, and return who is said to have answered, before the leg comes into our hands."""
    dial(line, detection=detection or Detection())
    found = await line.wait_for(AnswererJudged, leg_id=LEG)
    await line.wait_for(DialogueOpened, leg_id=LEG, tag=NOTE)
    told = line.about(LEG)
    assert told.index(AnswererJudged) < told.index(DialogueOpened)
    assert told.count(AnswererJudged) == 1
    return found


async def test_who_says_hello_and_waits_is_a_person(line: Line) -> None:
    line.phone("1001", speaks_ms=HELLO_MS)
    found = await judged(line)
    assert found.answerer is Answerer.PERSON
    assert found.silent_us == pytest.approx(800_000, abs=100_000)
    answered = await line.wait_for(LegAnswered, leg_id=LEG)
    # The first word, the hello, the silence after it.
    assert (found.at_us - answered.at_us) / 1e6 == pytest.approx(0.2 + 0.6 + 0.8, abs=0.5)


async def test_who_speaks_on_is_a_machine_and_is_spoken_to_after_its_greeting(line: Line) -> None:
    line.phone("1001", speaks_ms=GREETING_MS)
    found = await judged(line)
    assert found.answerer is Answerer.MACHINE
    assert found.reason.startswith("LONGGREETING")
    line.pbx.execute(AwaitSilence(leg_id=LEG, step="greeting", silence_us=500_000, limit_us=microseconds(8)))
    heard_out = await line.wait_for(StepFinished, step="greeting")
    assert heard_out.outcome == "done"
    answered = await line.wait_for(LegAnswered, leg_id=LEG)
    assert heard_out.at_us - answered.at_us > GREETING_MS * 1_000
    prompt = (SayDigits("1"),)
    line.pbx.execute(PlayPrompt(leg_id=LEG, step="message", prompt=prompt, language="en"))
    assert (await line.wait_for(StepFinished, step="message")).outcome == "done"


async def test_machine_that_never_ends_is_not_waited_for_for_ever(line: Line) -> None:
    line.phone("1001", speaks_ms=20_000)
    await judged(line)
    line.pbx.execute(AwaitSilence(leg_id=LEG, step="greeting", silence_us=500_000, limit_us=microseconds(1)))
    assert (await line.wait_for(StepFinished, step="greeting")).outcome == "timeout"


async def test_who_says_nothing_for_long_is_a_machine(line: Line) -> None:
    line.phone("1001")
    found = await judged(line, Detection(initial_silence_ms=1_000))
    assert (found.answerer, found.reason.split("-")[0]) == (Answerer.MACHINE, "INITIALSILENCE")


async def test_who_is_not_told_in_time_stays_unsure(line: Line) -> None:
    line.phone("1001", speaks_ms=GREETING_MS)
    found = await judged(line, Detection(greeting_ms=2_500, total_ms=1_000))
    assert (found.answerer, found.silent_us) == (Answerer.UNSURE, 0)


async def test_campaign_may_ask_for_longer_greetings(line: Line) -> None:
    line.phone("1001", speaks_ms=1_800)
    found = await judged(line, Detection(greeting_ms=2_500))
    assert found.answerer is Answerer.PERSON


async def test_who_hangs_up_while_listened_to_never_comes_into_our_hands(line: Line) -> None:
    line.phone("1001", speaks_ms=HELLO_MS, talk_ms=500)
    dial(line, detection=Detection())
    await line.wait_for(LegEnded, leg_id=LEG)
    told = line.about(LEG)
    assert LegAnswered in told
    assert AnswererJudged not in told
    assert DialogueOpened not in told


async def test_judged_leg_that_comes_again_says_so_again(line: Line) -> None:
    line.phone("1001", speaks_ms=HELLO_MS)
    await judged(line)
    await line.replace_engine()
    again = await line.wait_for(AnswererJudged, leg_id=LEG)
    assert again.answerer is Answerer.PERSON
    assert (await line.wait_for(DialogueOpened, leg_id=LEG)).tag == NOTE
    line.pbx.execute(HangUpLeg(leg_id=LEG))
    await line.wait_for(LegEnded, leg_id=LEG)
