"""What supervisors do to a floor where anything may happen, and screens that come and go."""

from __future__ import annotations

from core.kernel.clock import SECOND_US
from core.model.events import DialogueOpened
from core.model.ids import AgentId, ContactId, QueueName
from core.model.message import Event
from core.model.requests import (
    DeskBack,
    DeskLost,
    GoNotReady,
    GoReady,
    LogOut,
    MoveContact,
    SetAgentLevels,
    SetAgentQueues,
    StopSupervising,
    Supervise,
    TakeOver,
)
from core.model.supervision import LegHears, SupervisionMode
from tests.unit.goldline.chaos import Chaos

QUEUES = (None, None, None, ("accounts",), ("cards",), ("accounts", "cards"), ())
LEVELS = ((), (("accounts", 0),), (("cards", 9), ("accounts", 0)), (("accounts", 9),))
MODES = tuple(SupervisionMode)


def supervisor_wishes(chaos: Chaos, pick: int) -> list[Event]:
    """A supervisor wants anything at all, of whoever it is."""
    agent, other = (AgentId(("ann", "bob", "nobody")[each % 3]) for each in (pick, pick // 8))
    by = {"at_us": chaos.now_us, "agent_id": agent, "asked_by": ("boss", "chief")[pick // 3 % 2]}
    contacts = [contact.contact_id for contact in chaos.brain.contacts] or [ContactId("C-0-000000")]
    contact_id, rest = contacts[pick % len(contacts)], pick // 16
    queues = QUEUES[rest % len(QUEUES)]
    served = None if queues is None else tuple(map(QueueName, queues))
    supervise = Supervise(
        **by, mode=MODES[rest % 3], extension=f"PJSIP/{by['asked_by']}", follows=rest % 2 == 0
    )
    levels, later_us = LEVELS[rest // 4 % len(LEVELS)], chaos.now_us + 60 * SECOND_US
    set_levels = SetAgentLevels(**by, levels=levels, until_us=later_us if rest % 3 else 0)
    wishes: tuple[Event, ...] = (
        GoReady(**by),
        GoNotReady(**by, reason="break") if rest % 2 else LogOut(**by),
        SetAgentQueues(**by, queues=served) if rest % 4 else set_levels,
        MoveContact(**by, contact_id=contact_id, credit_us=(rest % 7 - 3) * 60 * SECOND_US),
        MoveContact(**by, contact_id=contact_id, to_front=True),
        supervise,
        supervise,
        StopSupervising(**by),
        TakeOver(**by, by=other),
    )
    return [wishes[pick // 6 % len(wishes)]]


def supervisor_hears(chaos: Chaos, pick: int) -> list[Event]:
    """A supervisor's leg comes into our hands, or is said to hear somebody."""
    ears = [leg for leg in chaos.phones if "role=supervisor" in chaos.notes.get(leg, "")]
    if not ears:
        return []
    leg, at = ears[pick % len(ears)], chaos.now_us
    if pick // 8 % 2:
        return [LegHears(at_us=at, leg_id=leg, hears=chaos.any_leg(pick))]
    return [DialogueOpened(at_us=at, leg_id=leg, tag=chaos.notes.get(leg, ""))]


def desk_comes_or_goes(chaos: Chaos, pick: int) -> list[Event]:
    """The web side tells of a screen."""
    kind = DeskLost if pick // 3 % 4 == 0 else DeskBack
    return [kind(at_us=chaos.now_us, agent_id=AgentId(("ann", "bob", "nobody")[pick % 3]))]
