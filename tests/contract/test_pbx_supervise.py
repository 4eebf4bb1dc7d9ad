"""The contract of `SuperviseLeg`: who hears whom in each mode, by ear, and where the leg goes afterwards.

Played on three telephone systems, as `test_pbx` is. Only the supervisor speaks, so whoever hears a voice
hears the supervisor; and in the test of what the supervisor hears only the customer speaks.
"""

from __future__ import annotations

import pytest

from core.kernel.clock import microseconds
from core.model.commands import HangUpLeg, JoinLeg, RingLeg, SuperviseLeg, TakeLeg
from core.model.events import AnomalySeen, DialogueClosed, DialogueOpened, LegEnded, LegJoined, LegLeft
from core.model.ids import NO_LEG, LegId
from core.model.supervision import LegHears, SupervisionMode
from core.model.tag import SUPERVISOR, Tag
from tests.services.pbx_lines import Line

AGENT, CUSTOMER, BOSS = "1001", "1002", "1003"
AGENT_LEG, CUSTOMER_LEG, BOSS_LEG = LegId("L-1-000001"), LegId("L-1-000002"), LegId("L-1-000003")
NOTE = Tag(role=SUPERVISOR, agent="ann").encode()
VOICE_MS = 30_000
LISTEN, WHISPER, BARGE = SupervisionMode.LISTEN, SupervisionMode.WHISPER, SupervisionMode.BARGE


async def in_hand(line: Line, leg_id: LegId, extension: str, tag: str = "") -> None:
    """Ring a phone whose answered leg comes into our hands."""
    line.pbx.execute(
        RingLeg(leg_id=leg_id, address=f"PJSIP/{extension}", ring_timeout_us=microseconds(5), tag=tag)
    )
    await line.wait_for(DialogueOpened, leg_id=leg_id)


async def talking(line: Line, speaker: str) -> None:
    """Let agent and customer talk, and the boss's leg be in our hands; one of the three speaks."""
    for extension in (AGENT, CUSTOMER, BOSS):
        await line.hearing_phone(extension, speaks_ms=VOICE_MS if extension == speaker else 0)
    await in_hand(line, CUSTOMER_LEG, CUSTOMER)
    line.pbx.execute(
        RingLeg(
            leg_id=AGENT_LEG,
            address=f"PJSIP/{AGENT}",
            bridge_with=CUSTOMER_LEG,
            ring_timeout_us=microseconds(5),
        )
    )
    await line.wait_for(LegJoined, leg_id=CUSTOMER_LEG)
    await line.wait_for(LegJoined, leg_id=AGENT_LEG)
    await in_hand(line, BOSS_LEG, BOSS, NOTE)


async def supervise(line: Line, mode: SupervisionMode, hears: LegId = AGENT_LEG) -> None:
    """Let the boss hear the agent, and wait until it is so."""
    since = len(line.told)
    line.pbx.execute(SuperviseLeg(leg_id=BOSS_LEG, hears=hears, mode=mode))
    await line.wait_for(LegHears, leg_id=BOSS_LEG, hears=hears, since=since)


async def who_hears_the_boss(line: Line) -> set[str]:
    return {extension for extension in (AGENT, CUSTOMER) if await line.is_loud_at(extension)}


@pytest.mark.parametrize(
    ("mode", "hearing"), [(LISTEN, set()), (WHISPER, {AGENT}), (BARGE, {AGENT, CUSTOMER})]
)
async def test_who_hears_a_supervisor_is_said_by_the_mode(
    line: Line, mode: SupervisionMode, hearing: set[str]
) -> None:
    await talking(line, speaker=BOSS)
    await supervise(line, mode)
    assert await who_hears_the_boss(line) == hearing
    assert not line.all_of(AnomalySeen)


@pytest.mark.parametrize("mode", [LISTEN, WHISPER, BARGE])
async def test_supervisor_hears_the_customer_in_every_mode(line: Line, mode: SupervisionMode) -> None:
    await talking(line, speaker=CUSTOMER)
    await supervise(line, mode)
    assert await line.is_loud_at(BOSS)


async def test_mode_is_switched_without_hanging_up_or_touching_the_talk(line: Line) -> None:
    await talking(line, speaker=BOSS)
    heard = []
    for mode in (LISTEN, WHISPER, BARGE, LISTEN):
        await supervise(line, mode)
        heard.append(await who_hears_the_boss(line))
    assert heard == [set(), {AGENT}, {AGENT, CUSTOMER}, set()]
    assert not line.all_of(LegLeft)
    assert not line.all_of(LegEnded)
    assert not line.all_of(AnomalySeen)


async def test_leg_comes_back_into_our_hands_when_the_agents_ends(line: Line) -> None:
    await talking(line, speaker=BOSS)
    await supervise(line, LISTEN)
    since = len(line.told)
    line.pbx.execute(HangUpLeg(leg_id=AGENT_LEG))
    again = await line.wait_for(DialogueOpened, leg_id=BOSS_LEG, since=since)
    assert again.tag == NOTE
    assert not line.all_of(LegEnded, leg_id=BOSS_LEG)


async def test_leg_is_taken_back_from_a_talk_that_goes_on_and_hears_another(line: Line) -> None:
    await talking(line, speaker=BOSS)
    await supervise(line, WHISPER)
    since = len(line.told)
    line.pbx.execute(TakeLeg(leg_id=BOSS_LEG))
    await line.wait_for(DialogueOpened, leg_id=BOSS_LEG, since=since)
    assert await who_hears_the_boss(line) == set()
    await supervise(line, WHISPER, hears=CUSTOMER_LEG)
    assert await who_hears_the_boss(line) == {CUSTOMER}
    assert not line.all_of(LegLeft)


async def test_supervisor_who_hangs_up_leaves_the_talk_alone(line: Line) -> None:
    await talking(line, speaker=BOSS)
    await supervise(line, BARGE)
    line.pbx.execute(HangUpLeg(leg_id=BOSS_LEG))
    await line.wait_for(LegEnded, leg_id=BOSS_LEG)
    assert await who_hears_the_boss(line) == set()
    assert not line.all_of(LegLeft)


async def test_leg_of_a_supervisor_can_take_the_customer_over(line: Line) -> None:
    await talking(line, speaker=BOSS)
    await supervise(line, LISTEN)
    since = len(line.told)
    line.pbx.execute(TakeLeg(leg_id=BOSS_LEG))
    await line.wait_for(DialogueOpened, leg_id=BOSS_LEG, since=since)
    line.pbx.execute(JoinLeg(leg_id=BOSS_LEG, bridge_with=CUSTOMER_LEG))
    joined = await line.wait_for(LegJoined, leg_id=BOSS_LEG)
    assert (await line.wait_for(LegJoined, leg_id=CUSTOMER_LEG, since=since)).bridge_id == joined.bridge_id
    await line.wait_for(LegEnded, leg_id=AGENT_LEG)
    assert await line.is_loud_at(CUSTOMER)


async def test_leg_that_is_gone_cannot_be_heard(line: Line) -> None:
    await line.hearing_phone(BOSS)
    await in_hand(line, BOSS_LEG, BOSS, NOTE)
    line.pbx.execute(SuperviseLeg(leg_id=BOSS_LEG, hears=NO_LEG, mode=LISTEN))
    await line.wait_for(AnomalySeen, where="SuperviseLeg")
    assert not line.all_of(DialogueClosed)
