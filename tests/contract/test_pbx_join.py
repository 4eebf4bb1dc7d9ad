"""The contract of `JoinLeg`: an agent's leg that stands takes one contact after the other.

Played on three telephone systems, as `test_pbx` is.
"""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.commands import AnswerLeg, HangUpLeg, JoinLeg, PlayMusic, RingLeg
from core.model.events import (
    AnomalySeen,
    DialogueClosed,
    DialogueOpened,
    LegEnded,
    LegJoined,
    StepFinished,
)
from core.model.ids import NO_LEG, LegId
from core.model.tag import AGENT, Tag
from tests.services.pbx_lines import Line
from tests.services.sipp import Press, Wait

AGENT_LEG = LegId("L-1-000001")
NOTE = Tag(role=AGENT, contact="C-1-000001", agent="ann").encode()


def music(leg_id: LegId) -> PlayMusic:
    return PlayMusic(leg_id=leg_id, step=f"music-{leg_id}", music="default")


async def hears_music(line: Line, leg_id: LegId) -> None:
    line.pbx.execute(music(leg_id))
    await line.wait_for(StepFinished, step=f"music-{leg_id}", outcome="done")


async def standing(line: Line, talk_ms: int | None = None) -> None:
    """Ring the agent, whose leg then stands in our hands with music."""
    line.phone("1001", talk_ms=talk_ms)
    line.pbx.execute(
        RingLeg(
            leg_id=AGENT_LEG,
            address="PJSIP/1001",
            bridge_with=NO_LEG,
            ring_timeout_us=microseconds(5),
            tag=NOTE,
        )
    )
    await line.wait_for(DialogueOpened, leg_id=AGENT_LEG)
    await hears_music(line, AGENT_LEG)


async def waiting(line: Line, *steps: Wait | Press) -> LegId:
    """Let somebody call, answer, and play music; return the leg."""
    leg_id = (await line.caller(*steps)).leg_id
    line.pbx.execute(AnswerLeg(leg_id=leg_id, step=f"answer-{leg_id}"))
    await line.wait_for(StepFinished, step=f"answer-{leg_id}")
    await hears_music(line, leg_id)
    return leg_id


async def joined(line: Line, caller: LegId) -> None:
    """Join the agent's leg with the caller's."""
    begin = len(line.told)
    line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
    ours = await line.wait_for(LegJoined, since=begin, leg_id=AGENT_LEG)
    theirs = await line.wait_for(LegJoined, since=begin, leg_id=caller)
    assert ours.bridge_id == theirs.bridge_id
    for leg_id in (AGENT_LEG, caller):
        await line.wait_for(DialogueClosed, since=begin, leg_id=leg_id)


async def back_in_our_hands(line: Line, since: int) -> None:
    """Wait for the agent's leg, and see that it takes steps as before."""
    opened = await line.wait_for(DialogueOpened, since=since, leg_id=AGENT_LEG)
    assert opened.tag == NOTE
    await hears_music(line, AGENT_LEG)


async def test_agent_takes_one_caller_after_the_other(line: Line) -> None:
    await standing(line)
    for _ in range(3):
        caller = await waiting(line)
        await joined(line, caller)
        begin = len(line.told)
        line.pbx.execute(HangUpLeg(leg_id=caller))
        await line.wait_for(LegEnded, leg_id=caller)
        await back_in_our_hands(line, begin)
    assert LegEnded not in line.about(AGENT_LEG)
    assert not line.all_of(AnomalySeen)


async def test_step_ordered_with_the_joining_does_not_keep_the_leg(line: Line) -> None:
    await standing(line)
    caller = await waiting(line)
    line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
    line.pbx.execute(PlayMusic(leg_id=AGENT_LEG, step="too late", music="default"))
    await line.wait_for(LegJoined, leg_id=AGENT_LEG)
    assert (await line.wait_for(StepFinished, step="too late")).outcome == "failed"


async def test_caller_who_hangs_up_leaves_the_agent_in_our_hands(line: Line) -> None:
    await standing(line)
    caller = await waiting(line, Wait(1_500))
    await joined(line, caller)
    begin = len(line.told)
    await back_in_our_hands(line, begin)
    await line.wait_for(LegEnded, leg_id=caller)
    assert LegEnded not in line.about(AGENT_LEG)


async def test_agent_who_hangs_up_takes_the_caller_along(line: Line) -> None:
    await standing(line, talk_ms=2_000)
    caller = await waiting(line)
    await joined(line, caller)
    for leg_id in (AGENT_LEG, caller):
        await line.wait_for(LegEnded, leg_id=leg_id)
    assert line.about(caller).count(DialogueOpened) == 1


async def test_agent_hangs_up_between_two_callers(line: Line) -> None:
    await standing(line, talk_ms=1_000)
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    await line.wait_for(DialogueClosed, leg_id=AGENT_LEG)


async def test_caller_who_is_gone_cannot_be_joined(line: Line) -> None:
    await standing(line)
    caller = await waiting(line)
    line.pbx.execute(HangUpLeg(leg_id=caller))
    await line.wait_for(LegEnded, leg_id=caller)
    line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
    await hears_music(line, AGENT_LEG)
    assert not line.all_of(LegJoined)


async def test_talk_goes_on_without_the_engine_and_its_end_brings_the_agent_to_the_next_one(
    line: Line,
) -> None:
    await standing(line)
    caller = await waiting(line)
    await joined(line, caller)
    await line.replace_engine()
    assert LegEnded not in line.about(AGENT_LEG)
    line.pbx.execute(HangUpLeg(leg_id=caller))
    await back_in_our_hands(line, 0)


async def test_next_engine_finds_an_agent_who_waits(line: Line) -> None:
    await standing(line)
    await line.replace_engine()
    await back_in_our_hands(line, 0)


@pytest.mark.parametrize("peer", ["no-such-leg", "x\ny"])
async def test_what_is_no_leg_is_not_joined(line: Line, peer: str) -> None:
    await standing(line)
    line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=LegId(peer)))
    refused = await line.wait_for(AnomalySeen, where="JoinLeg")
    assert refused.kind == "command_refused"
    await hears_music(line, AGENT_LEG)
