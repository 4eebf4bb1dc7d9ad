"""Whatever agents, customers and faults do, in whatever order: nobody is lost, and nobody has two owners."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.model.agent import AgentState
from core.model.contact import ContactState
from core.model.control import (
    CancelConsult,
    CompleteConsult,
    HoldContact,
    LeaveConference,
    MuteContact,
    ResumeContact,
    SendDigits,
    StartConference,
    StartConsult,
    SwapConsult,
    TargetKind,
    TargetRequest,
    TransferContact,
)
from core.model.events import InteractionRecorded
from core.model.requests import AcceptOffer, FinishWrapUp, GoReady, HangUpContact, RejectOffer
from simulator.channel import Channel
from simulator.dialogues import AGI
from tests.unit.cti.control_centre import OUTSIDE, Centre

AGENTS = ("ann", "bob", "cy")
SETTLED_S = 260
"""By then every step is done or undone, every phone has rung out, and every wait for a queue is over."""

TARGETS = (
    (TargetKind.AGENT, "ann"),
    (TargetKind.AGENT, "bob"),
    (TargetKind.AGENT, "cy"),
    (TargetKind.QUEUE, "counter"),
    (TargetKind.QUEUE, "second"),
    (TargetKind.NUMBER, OUTSIDE),
)
PLAIN = (
    *(HoldContact, ResumeContact, MuteContact, SwapConsult, CompleteConsult, CancelConsult),
    *(StartConference, LeaveConference, HangUpContact, FinishWrapUp, GoReady, AcceptOffer, RejectOffer),
)
KINDS = {kind.__name__: kind for kind in (*PLAIN, TransferContact, StartConsult, SendDigits)}
agents = st.sampled_from(AGENTS)
targets = st.sampled_from(TARGETS)
clicks = st.tuples(st.just("clicks"), agents, st.integers(0, 9), targets)
"""An agent clicks one of the buttons that can be clicked."""
happenings = st.one_of(
    clicks,
    clicks,
    clicks,
    st.tuples(st.just("asks"), agents, st.sampled_from(sorted(KINDS)), targets),
    st.just("call"),
    st.tuples(st.just("leaves"), st.integers(0, 5)),
    st.tuples(st.just("loses"), st.integers(1, 3)),
    st.tuples(st.just("stalls"), st.sampled_from([0.5, 2.5, 5])),
)
pauses = st.sampled_from([0, 0.0002, 0.0005, 0.001, 0.002, 0.05, 0.3, 1, 2.5, 12])


def wish(centre: Centre, name: str, agent: str, target: tuple[TargetKind, str]) -> None:
    kind, fields = KINDS[name], dict[str, object]()
    if issubclass(kind, TargetRequest):
        fields = {"to": target[0], "target": target[1]}
    elif kind is SendDigits:
        fields = {"digits": "1"}
    centre.ask(kind, agent, pause_s=0, **fields)


def is_looked_after(channel: Channel) -> bool:
    """Tell whether the leg talks or rings, or is in our hands; a customer there hears something."""
    if channel.bridge is not None:
        return bool(channel.peers() or channel.music)
    hears = bool(channel.music or channel.listening)
    return not channel.is_up or (channel.application == AGI and (hears or not channel.inbound))


def happen(centre: Centre, happening: Any) -> None:
    match happening:
        case "call":
            centre.exchange.call_in(caller_number="5550001", dialed_number="5559000")
        case ("leaves", int(number)):
            living = list(centre.exchange.channels.values())
            if living:
                centre.exchange.leave(living[number % len(living)])
        case ("loses", int(count)):
            centre.losses = count
        case ("stalls", int(seconds) | float(seconds)):
            centre.stall()
            centre.pass_s(seconds)
            centre.go_on()
        case ("clicks", str(agent), int(number), target):
            legal = [name for name in centre.legal(agent) if name in KINDS]
            if legal:
                wish(centre, legal[number % len(legal)], agent, target)
        case ("asks", str(agent), str(name), target):
            wish(centre, name, agent, target)


def owners(centre: Centre) -> list[str]:
    """Return who talks about a contact; a consultation belongs to whom it asks."""
    talks = [c for c in centre.brain.contacts if c.state is ContactState.CONNECTED]
    return [str(contact.agent_id) for contact in talks]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    standing=st.sets(agents).map(lambda names: tuple(sorted(names))),
    at_once=st.booleans(),
    story=st.lists(st.tuples(happenings, pauses), min_size=4, max_size=30),
)
def test_nobody_is_lost_whatever_is_done(
    standing: tuple[str, ...], at_once: bool, story: list[tuple[object, float]]
) -> None:
    centre = Centre(standing, at_once)
    centre.ready(*AGENTS)
    centre.call()
    for happening, pause_s in story:
        happen(centre, happening)
        centre.pass_s(pause_s)
        assert len(owners(centre)) == len(set(owners(centre))), "one agent, one conversation"
    centre.losses = 0
    centre.pass_s(SETTLED_S)
    for channel in centre.exchange.channels.values():
        assert is_looked_after(channel), f"{channel.name} hears nothing"
    hang_up_everybody(centre)
    for agent in AGENTS:
        assert centre.state(agent) in (AgentState.READY, AgentState.NOT_READY), agent
    assert [contact.contact_id for contact in centre.brain.contacts] == []
    records = centre.told(InteractionRecorded)
    assert len({record.contact_id for record in records}) == len(records)
    assert all(min(each.talk_us, each.hold_us, each.wrap_up_us) >= 0 for each in records)


def hang_up_everybody(centre: Centre) -> None:
    """Let all callers hang up, and every wrap-up end."""
    for channel in list(centre.exchange.channels.values()):
        if channel.inbound:
            centre.hang_up(channel)
    centre.pass_s(SETTLED_S)
