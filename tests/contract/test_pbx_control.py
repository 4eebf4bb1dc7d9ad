"""The contract of the commands by which a call in hand is controlled: taken back, conferred, muted, keyed to.

Played on three telephone systems, as `test_pbx` is.
"""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.commands import (
    AnswerLeg,
    AwaitSilence,
    ConferLeg,
    HangUpLeg,
    JoinLeg,
    MuteLeg,
    PickUpLeg,
    PlayKeys,
    PlayMusic,
    RingLeg,
    TakeLeg,
)
from core.model.events import (
    AnomalySeen,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegEnded,
    LegJoined,
    LegLeft,
    LegRinging,
    StepFinished,
)
from core.model.ids import NO_LEG, BridgeId, LegId
from core.model.tag import AGENT, Tag
from tests.services.pbx_lines import Line

AGENT_LEG, OTHER_LEG = LegId("L-1-000001"), LegId("L-1-000002")
NOTE = Tag(role=AGENT, contact="C-1-000001", agent="ann").encode()
ROOM = "C-1-000001"
TIMES = 5
"""So often what two threads of Asterisk could do in either order is done."""


async def hears_music(line: Line, leg_id: LegId) -> None:
    """See that the leg is in our hands and takes steps."""
    begin = len(line.told)
    line.pbx.execute(PlayMusic(leg_id=leg_id, step=f"music-{leg_id}", music="default"))
    await line.wait_for(StepFinished, since=begin, step=f"music-{leg_id}", outcome="done")


async def waiting(line: Line) -> LegId:
    """Let somebody call, and answer with music; return the leg."""
    leg_id = (await line.caller()).leg_id
    line.pbx.execute(AnswerLeg(leg_id=leg_id, step=f"answer-{leg_id}"))
    await line.wait_for(StepFinished, step=f"answer-{leg_id}")
    await hears_music(line, leg_id)
    return leg_id


def ring(line: Line, leg_id: LegId, extension: str, bridge_with: LegId, spares: bool = False) -> None:
    line.pbx.execute(
        RingLeg(
            leg_id=leg_id,
            address=f"PJSIP/{extension}",
            bridge_with=bridge_with,
            ring_timeout_us=microseconds(5),
            tag=NOTE,
            spares=spares,
        )
    )


async def together(line: Line, *legs: LegId, since: int = 0) -> BridgeId:
    """Wait until all of the legs are in one bridge, and return it."""
    bridges = [(await line.wait_for(LegJoined, since=since, leg_id=leg_id)).bridge_id for leg_id in legs]
    assert len(set(bridges)) == 1
    return bridges[0]


async def talking(line: Line) -> LegId:
    """Have the agent's phone answered and joined with a caller; return the caller's leg."""
    line.phone("1001")
    caller = await waiting(line)
    ring(line, AGENT_LEG, "1001", caller)
    await together(line, AGENT_LEG, caller)
    return caller


async def taken(line: Line, first: LegId, second: LegId) -> None:
    """Take both legs out of their bridge, and wait until they are in our hands."""
    begin = len(line.told)
    line.pbx.execute(TakeLeg(leg_id=first, together_with=second))
    for leg_id in (first, second):
        await line.wait_for(DialogueOpened, since=begin, leg_id=leg_id)
        await hears_music(line, leg_id)


async def test_pair_is_taken_and_joined_again_as_often_as_wanted(line: Line) -> None:
    caller = await talking(line)
    arrived = [event.arrived_us for event in line.all_of(DialogueOpened, leg_id=caller)]
    for _ in range(TIMES):
        await taken(line, caller, AGENT_LEG)
        begin = len(line.told)
        line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
        await together(line, AGENT_LEG, caller, since=begin)
    opened = line.all_of(DialogueOpened, leg_id=caller)
    assert {event.arrived_us for event in opened} == set(arrived)
    assert line.all_of(DialogueOpened, leg_id=AGENT_LEG)[-1].tag == NOTE
    assert LegEnded not in [*line.about(caller), *line.about(AGENT_LEG)]
    assert not line.all_of(AnomalySeen)


async def test_pair_is_taken_in_either_order(line: Line) -> None:
    caller = await talking(line)
    for _ in range(TIMES):
        await taken(line, AGENT_LEG, caller)
        begin = len(line.told)
        line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
        await together(line, AGENT_LEG, caller, since=begin)
    assert LegEnded not in [*line.about(caller), *line.about(AGENT_LEG)]


async def test_caller_alone_is_taken_and_the_agents_rung_leg_ends(line: Line) -> None:
    caller = await talking(line)
    begin = len(line.told)
    line.pbx.execute(TakeLeg(leg_id=caller))
    await line.wait_for(DialogueOpened, since=begin, leg_id=caller)
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    await hears_music(line, caller)
    assert LegEnded not in line.about(caller)


async def test_agent_who_was_rung_comes_back_from_the_second_talk(line: Line) -> None:
    caller = await talking(line)
    await taken(line, caller, AGENT_LEG)
    begin = len(line.told)
    line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
    await together(line, AGENT_LEG, caller, since=begin)
    line.pbx.execute(HangUpLeg(leg_id=caller))
    await line.wait_for(LegEnded, leg_id=caller)
    await line.wait_for(DialogueOpened, since=begin, leg_id=AGENT_LEG)


async def consulting(line: Line) -> LegId:
    """Put the caller on hold, and have the agent talk with another one; return the caller's leg."""
    line.phone("1002")
    caller = await talking(line)
    await taken(line, caller, AGENT_LEG)
    begin = len(line.told)
    ring(line, OTHER_LEG, "1002", AGENT_LEG, spares=True)
    await together(line, AGENT_LEG, OTHER_LEG, since=begin)
    return caller


async def test_consulted_one_hangs_up_and_the_agent_is_spared(line: Line) -> None:
    caller = await consulting(line)
    begin = len(line.told)
    line.pbx.execute(HangUpLeg(leg_id=OTHER_LEG))
    await line.wait_for(LegEnded, leg_id=OTHER_LEG)
    await line.wait_for(DialogueOpened, since=begin, leg_id=AGENT_LEG)
    await hears_music(line, AGENT_LEG)
    await hears_music(line, caller)


async def test_leg_that_is_sent_to_join_may_spare_the_other(line: Line) -> None:
    caller = await consulting(line)
    await taken(line, AGENT_LEG, OTHER_LEG)
    begin = len(line.told)
    line.pbx.execute(JoinLeg(leg_id=OTHER_LEG, bridge_with=AGENT_LEG, spares=True))
    await together(line, AGENT_LEG, OTHER_LEG, since=begin)
    line.pbx.execute(HangUpLeg(leg_id=OTHER_LEG))
    await line.wait_for(DialogueOpened, since=begin, leg_id=AGENT_LEG)
    begin = len(line.told)
    line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=caller))
    await together(line, AGENT_LEG, caller, since=begin)


async def test_caller_and_consulted_one_take_turns_and_the_agent_leaves(line: Line) -> None:
    caller = await consulting(line)
    for heard, waits in [(OTHER_LEG, caller), (caller, OTHER_LEG), (OTHER_LEG, caller)]:
        await taken(line, AGENT_LEG, heard)
        begin = len(line.told)
        line.pbx.execute(JoinLeg(leg_id=AGENT_LEG, bridge_with=waits, spares=True))
        await together(line, AGENT_LEG, waits, since=begin)
        await hears_music(line, heard)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG))
    await line.wait_for(DialogueOpened, since=begin, leg_id=caller)
    begin = len(line.told)
    line.pbx.execute(JoinLeg(leg_id=OTHER_LEG, bridge_with=caller))
    await together(line, OTHER_LEG, caller, since=begin)
    assert not line.all_of(AnomalySeen)


async def test_consulted_one_gets_the_caller(line: Line) -> None:
    caller = await consulting(line)
    await taken(line, AGENT_LEG, OTHER_LEG)
    begin = len(line.told)
    line.pbx.execute(JoinLeg(leg_id=OTHER_LEG, bridge_with=caller))
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG))
    await together(line, OTHER_LEG, caller, since=begin)
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    line.pbx.execute(HangUpLeg(leg_id=caller))
    await line.wait_for(DialogueOpened, since=begin, leg_id=OTHER_LEG)


async def test_three_in_a_conference_and_one_of_them_leaves(line: Line) -> None:
    caller = await consulting(line)
    await taken(line, AGENT_LEG, OTHER_LEG)
    begin = len(line.told)
    for leg_id in (AGENT_LEG, OTHER_LEG, caller):
        line.pbx.execute(ConferLeg(leg_id=leg_id, room=ROOM))
    room = await together(line, AGENT_LEG, OTHER_LEG, caller, since=begin)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG))
    await line.wait_for(LegLeft, leg_id=AGENT_LEG, bridge_id=room)
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    await taken(line, caller, OTHER_LEG)
    assert not line.all_of(AnomalySeen)


async def test_phone_that_rings_is_answered_by_our_order(line: Line) -> None:
    line.phone("1001", picks_up=True)
    caller = await waiting(line)
    ring(line, AGENT_LEG, "1001", caller)
    await line.wait_for(LegRinging, leg_id=AGENT_LEG)
    line.pbx.execute(PickUpLeg(leg_id=AGENT_LEG))
    await line.wait_for(LegAnswered, leg_id=AGENT_LEG)
    await together(line, AGENT_LEG, caller)


async def test_agent_is_muted_and_heard_again(line: Line) -> None:
    caller = await talking(line)
    await taken(line, caller, AGENT_LEG)
    for is_muted, heard in ((True, "timeout"), (False, "done")):
        line.pbx.execute(MuteLeg(leg_id=AGENT_LEG, is_muted=is_muted))
        for _ in range(TIMES):  # the order goes another way than the steps do
            await hears_music(line, AGENT_LEG)
        begin = len(line.told)
        line.pbx.execute(
            AwaitSilence(
                leg_id=AGENT_LEG,
                step="listen",
                silence_us=microseconds(0.6),
                limit_us=microseconds(2),
            )
        )
        silence = await line.wait_for(StepFinished, since=begin, leg_id=AGENT_LEG, step="listen")
        assert silence.outcome == heard
    assert not line.all_of(AnomalySeen)


async def test_keys_are_heard_in_their_order(line: Line) -> None:
    caller = await talking(line)
    line.pbx.execute(PlayKeys(leg_id=caller, digits="1224#"))
    assert await line.keys_heard(caller, 5) == "1224#"
    assert LegEnded not in line.about(caller)


@pytest.mark.parametrize(
    "command",
    [
        TakeLeg(leg_id=LegId("no-such-leg")),
        JoinLeg(leg_id=LegId("no-such-leg"), bridge_with=NO_LEG, spares=True),
    ],
)
async def test_nothing_is_told_of_a_leg_that_never_was(line: Line, command: TakeLeg | JoinLeg) -> None:
    caller = await waiting(line)
    line.pbx.execute(command)
    await hears_music(line, caller)
    assert not line.about("no-such-leg")


async def test_conference_takes_only_legs_in_our_hands(line: Line) -> None:
    caller = await talking(line)
    await line.wait_for(DialogueClosed, leg_id=caller)
    line.pbx.execute(ConferLeg(leg_id=caller, room=ROOM))
    refused = await line.wait_for(AnomalySeen, where="ConferLeg")
    assert refused.kind == "command_refused"
