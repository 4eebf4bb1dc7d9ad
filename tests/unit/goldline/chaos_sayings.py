"""What may be said to a world in any order (`chaos`); half of the time it makes sense.

A saying is a function of the world and a number that decides all it leaves open.
"""

from __future__ import annotations

from collections.abc import Callable

from core.model.commands import (
    CollectDigits,
    PlayPrompt,
)
from core.model.events import (
    CustomerFound,
    CustomerLookupFailed,
    DialogueClosed,
    DialogueOpened,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegFailed,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTagged,
    PbxLost,
    PbxSynced,
    StepFinished,
)
from core.model.ids import NO_LEG, AgentId, BridgeId, LegId, QueueName
from core.model.message import Event
from core.model.requests import (
    AcceptOffer,
    AddWork,
    BookCallback,
    ExtendWrapUp,
    FinishWork,
    FinishWrapUp,
    GoNotReady,
    GoReady,
    HangUpContact,
    LogIn,
    LogOut,
    RejectOffer,
    ReturnWork,
    WithdrawWork,
)
from tests.unit.goldline.chaos import (
    CUSTOMER,
    TASK,
    Chaos,
    cancel,
    open_callbacks,
    timer_due,
)
from tests.unit.goldline.chaos_supervisors import desk_comes_or_goes, supervisor_hears, supervisor_wishes

CAUSES = (0, 16, 17, 19, 20, 21)
CALLERS_MAX = 5
ODD_OUTCOMES = {0: "timeout", 1: "failed", 2: "hangup"}

Saying = Callable[[Chaos, int], list[Event]]


# --- what makes sense -----------------------------------------------------------------------------


def call_in(chaos: Chaos, pick: int) -> list[Event]:
    """A new caller's channel is made and its dialogue opens, told in either order."""
    if len(chaos.callers) >= CALLERS_MAX:
        return []
    chaos.called += 1
    leg = LegId(f"caller-{chaos.called}")
    chaos.callers.append(leg)
    number = number_of(leg)
    created = LegCreated(at_us=chaos.now_us, leg_id=leg, address="PJSIP/t-1", caller_number=number)
    return [created, open_dialogue(chaos, leg)][:: 1 if pick % 3 else -1]


def step_ends(chaos: Chaos, pick: int) -> list[Event]:
    """The step in hand is over, most often because it was done."""
    if not chaos.steps:
        return come_back(chaos)
    leg = list(chaos.steps)[pick % len(chaos.steps)]
    step = chaos.steps[leg]
    outcome = ODD_OUTCOMES.get(pick // 8 % 16, "done")
    digits = ("2", "3", "2", "10000000", "9", "")[pick // 64 % 6] if isinstance(step, CollectDigits) else ""
    if isinstance(step, PlayPrompt) and pick // 64 % 2:
        digits = step.stop_digits[:1]
    return [StepFinished(at_us=chaos.now_us, leg_id=leg, step=step.step, outcome=outcome, digits=digits)]


def come_back(chaos: Chaos) -> list[Event]:
    """The dialplan gives us whoever talks to nobody, as it does each second while we are away."""
    return [open_dialogue(chaos, leg) for leg in chaos.callers if leg not in chaos.bridges]


def phone_answers(chaos: Chaos, pick: int) -> list[Event]:
    """A rung phone rings, is answered and joined with the caller, or only the beginning of that."""
    if not chaos.phones:
        return []
    phone = list(chaos.phones)[pick % len(chaos.phones)]
    at, bridge, other = chaos.now_us, BridgeId(f"b-{phone}"), chaos.phones[phone].bridge_with
    told: list[Event] = [
        LegCreated(at_us=at, leg_id=phone, address="PJSIP/ann-1"),
        LegRinging(at_us=at, leg_id=phone),
        LegAnswered(at_us=at, leg_id=phone),
    ]
    if other == NO_LEG:
        return [*told, open_dialogue(chaos, phone)]
    told.append(LegJoined(at_us=at, leg_id=phone, bridge_id=bridge))
    if other in (*chaos.callers, *chaos.phones):
        told.append(LegJoined(at_us=at, leg_id=other, bridge_id=bridge))
    return told[: 2 + pick // 4 % 4] if pick % 4 == 0 else told


def legs_join(chaos: Chaos, pick: int) -> list[Event]:
    """A leg that was sent to join another leaves our hands and does so, or comes back alone."""
    if not chaos.joining:
        return []
    leg = list(chaos.joining)[pick % len(chaos.joining)]
    at, bridge, other = chaos.now_us, BridgeId(f"b-{leg}-{pick}"), chaos.joining.pop(leg)
    closed = DialogueClosed(at_us=at, leg_id=leg)
    if other not in chaos.callers or pick % 8 == 0:
        return [closed, open_dialogue(chaos, leg)]
    return [closed, *(LegJoined(at_us=at, leg_id=each, bridge_id=bridge) for each in (leg, other))]


def standing_legs_come_back(chaos: Chaos, pick: int) -> list[Event]:
    """Who was joined with them has left, or they waited for an engine."""
    standing = [leg for leg in chaos.phones if "role=standing" in chaos.notes.get(leg, "")]
    return [open_dialogue(chaos, leg) for leg in standing if leg not in (*chaos.bridges, *chaos.joining)]


def talk_ends(chaos: Chaos, pick: int) -> list[Event]:
    """One of those who talk hangs up."""
    return leave(chaos, list(chaos.bridges)[pick % len(chaos.bridges)], pick) if chaos.bridges else []


def phone_rings_in_vain(chaos: Chaos, pick: int) -> list[Event]:
    """A phone that rings is busy, rejects, or is not answered."""
    ringing = [leg for leg in chaos.phones if leg not in chaos.bridges]
    return leave(chaos, ringing[pick % len(ringing)], pick) if ringing else []


def leave(chaos: Chaos, leg: LegId, pick: int) -> list[Event]:
    """Return the end of the leg, out of its bridge if it is in one."""
    at, bridge = chaos.now_us, chaos.bridges.get(leg)
    left = [LegLeft(at_us=at, leg_id=leg, bridge_id=bridge)] if bridge is not None else []
    return [*left, LegEnded(at_us=at, leg_id=leg, cause=CAUSES[pick // 8 % len(CAUSES)])]


def store_answers(chaos: Chaos, pick: int) -> list[Event]:
    """A question to the store is answered: the last one, or one of long ago."""
    if not chaos.lookups:
        return []
    lookup = chaos.lookups[-1 - pick % min(3, len(chaos.lookups))]
    if pick // 3 % 3 == 0:
        return [CustomerLookupFailed(at_us=chaos.now_us, lookup_id=lookup, reason="late")]
    customer = CUSTOMER if pick // 3 % 3 == 1 else None
    return [CustomerFound(at_us=chaos.now_us, lookup_id=lookup, customer=customer)]


def agent_begins(chaos: Chaos, pick: int) -> list[Event]:
    """An agent wants to take contacts."""
    agent, at = AgentId(("ann", "bob")[pick % 2]), chaos.now_us
    return [
        LogIn(at_us=at, agent_id=agent, extension=f"PJSIP/{agent}", standing=pick // 2 % 6 == 0),
        GoReady(at_us=at, agent_id=agent),
    ]


def agent_wishes(chaos: Chaos, pick: int) -> list[Event]:
    """An agent wants anything at all, in whatever state."""
    agent, at = AgentId(("ann", "bob", "nobody")[pick % 3]), chaos.now_us
    wishes: tuple[Event, ...] = (
        GoReady(at_us=at, agent_id=agent),
        GoNotReady(at_us=at, agent_id=agent, reason="break"),
        FinishWrapUp(at_us=at, agent_id=agent),
        RejectOffer(at_us=at, agent_id=agent),
        HangUpContact(at_us=at, agent_id=agent),
        ExtendWrapUp(at_us=at, agent_id=agent),
        LogOut(at_us=at, agent_id=agent),
    )
    return [wishes[pick // 3 % len(wishes)]]


def work_comes(chaos: Chaos, pick: int) -> list[Event]:
    """Another program brings work, sometimes what it has brought before."""
    chaos.brought += pick % 5 != 0
    return [
        AddWork(
            at_us=chaos.now_us,
            work_id=f"T-{chaos.brought}",
            channel=TASK if pick % 7 else "fax",
            queue=QueueName("accounts"),
            customer_id="K1" if pick % 3 == 0 else "",
        )
    ]


def work_withdrawn(chaos: Chaos, pick: int) -> list[Event]:
    return [WithdrawWork(at_us=chaos.now_us, work_id=f"T-{pick % (chaos.brought + 1)}")]


def desk_answers(chaos: Chaos, pick: int) -> list[Event]:
    """An agent accepts or rejects what the screen shows, or showed a while ago."""
    if not chaos.pops:
        return []
    pop = chaos.pops[-1 - pick % 8 // 5 * (pick // 64 % len(chaos.pops))]
    kind = RejectOffer if pick % 4 == 0 else AcceptOffer
    version = pop.version + (pick // 8 % 8 == 0)
    return [kind(at_us=chaos.now_us, agent_id=pop.agent_id, offer_id=pop.offer_id, version=version)]


def work_ends(chaos: Chaos, pick: int) -> list[Event]:
    """Work that was shown is done, or given back; perhaps it was never accepted, or is done already."""
    if not chaos.pops:
        return []
    pop = chaos.pops[-1 - pick % len(chaos.pops)]
    kind = ReturnWork if pick % 5 == 0 else FinishWork
    return [kind(at_us=chaos.now_us, agent_id=pop.agent_id, contact_id=pop.contact_id)]


def callback_wished(chaos: Chaos, pick: int) -> list[Event]:
    """A desk wants somebody to be called back, or not any more."""
    callbacks = open_callbacks(chaos)
    if callbacks and pick % 3 == 0:
        return [cancel(chaos, callbacks[pick // 3 % len(callbacks)])]
    number, queue = f"+31201234{pick % 6}", QueueName(("accounts", "cards")[pick // 6 % 2])
    return [BookCallback(at_us=chaos.now_us, agent_id=AgentId("ann"), number=number, queue=queue)]


# --- what need not ----------------------------------------------------------------------------------


def dialogue_opens(chaos: Chaos, pick: int) -> list[Event]:
    """A caller is given to us again, in whatever state, perhaps with the note of another."""
    if not chaos.callers:
        return []
    leg = chaos.callers[pick % len(chaos.callers)]
    other = chaos.callers[pick // 8 % len(chaos.callers)]
    return [open_dialogue(chaos, leg, noted=other if pick % 8 == 0 and leg not in chaos.notes else leg)]


def open_dialogue(chaos: Chaos, leg: LegId, noted: LegId | None = None) -> Event:
    tag = chaos.notes.get(noted or leg, "")
    number = number_of(leg)
    return DialogueOpened(at_us=chaos.now_us, leg_id=leg, caller_number=number, dialed_number="8000", tag=tag)


def number_of(leg: LegId) -> str:
    """Return the number of who calls on the leg: there are few, so that people call again."""
    return f"+31201234{sum(map(ord, leg)) % 4}"


def leg_leaves(chaos: Chaos, pick: int) -> list[Event]:
    """Any party hangs up."""
    return leave(chaos, chaos.any_leg(pick), pick)


def dialogue_closes(chaos: Chaos, pick: int) -> list[Event]:
    return [DialogueClosed(at_us=chaos.now_us, leg_id=chaos.any_leg(pick))]


def leg_event(chaos: Chaos, pick: int) -> list[Event]:
    """Something is told of a leg without rhyme or reason."""
    leg, at = chaos.any_leg(pick), chaos.now_us
    bridge = BridgeId(("b1", "b2")[pick // 64 % 2])
    told: tuple[Event, ...] = (
        LegCreated(at_us=at, leg_id=leg, address="PJSIP/x-1"),
        LegRinging(at_us=at, leg_id=leg),
        LegAnswered(at_us=at, leg_id=leg),
        LegJoined(at_us=at, leg_id=leg, bridge_id=bridge),
        LegLeft(at_us=at, leg_id=leg, bridge_id=chaos.bridges.get(leg, bridge)),
        LegTagged(at_us=at, leg_id=leg, tag=chaos.notes.get(leg, "")),
    )
    return [told[pick // 8 % len(told)]]


def phone_never_made(chaos: Chaos, pick: int) -> list[Event]:
    unheard = [leg for leg in chaos.phones if leg not in chaos.bridges]
    return [LegFailed(at_us=chaos.now_us, leg_id=leg, cause=3) for leg in unheard[pick % 2 :][:1]]


def link_lost(chaos: Chaos, pick: int) -> list[Event]:
    return [PbxLost(at_us=chaos.now_us, pbx="main")]


def link_back(chaos: Chaos, pick: int) -> list[Event]:
    return [PbxSynced(at_us=chaos.now_us, pbx="main")]


def engine_killed(chaos: Chaos, pick: int) -> list[Event]:
    """The engine is killed and started again; some callers come back before the snapshot is told."""
    chaos.start()
    return []


WEIGHTS: dict[Saying, int] = {
    call_in: 4,
    step_ends: 12,
    phone_answers: 8,
    phone_rings_in_vain: 2,
    legs_join: 4,
    standing_legs_come_back: 2,
    talk_ends: 2,
    timer_due: 2,
    store_answers: 3,
    agent_begins: 4,
    agent_wishes: 3,
    work_comes: 3,
    work_withdrawn: 1,
    desk_answers: 5,
    work_ends: 3,
    callback_wished: 1,
    leg_leaves: 1,
    dialogue_opens: 2,
    dialogue_closes: 1,
    leg_event: 3,
    phone_never_made: 1,
    supervisor_wishes: 2,
    supervisor_hears: 2,
    desk_comes_or_goes: 1,
    link_lost: 1,
    link_back: 2,
    engine_killed: 1,
}
SAYINGS = tuple(saying for saying, weight in WEIGHTS.items() for _ in range(weight))
"""All sayings, each as often as it takes for the states of a contact and of an agent to be reached."""
