"""What a telephone system tells, part of `core.model.events`: of legs, dialogues with callers, itself."""

from __future__ import annotations

from core.model.causes import Answerer
from core.model.ids import NO_LEG, BridgeId, LegId
from core.model.message import Event

# --- legs -----------------------------------------------------------------------------------------


class LegEvent(Event, frozen=True, kw_only=True):
    """Something happened to one party's connection."""

    leg_id: LegId


class LegCreated(LegEvent, frozen=True, kw_only=True):
    """A leg exists. `address` is the channel's name, `call_hint` the oldest leg it belongs with."""

    address: str
    caller_number: str = ""
    caller_name: str = ""
    dialed_number: str = ""
    call_hint: str = ""


class LegDialed(LegEvent, frozen=True, kw_only=True):
    """The leg is being called; `from_leg_id` is who calls, empty where the engine does."""

    from_leg_id: LegId


class DialEnded(LegEvent, frozen=True, kw_only=True):
    """The calling of the leg ended; `outcome` is answer, busy, no-answer, cancel, congestion or the like."""

    from_leg_id: LegId
    outcome: str


class LegRinging(LegEvent, frozen=True, kw_only=True):
    """The far phone rings."""


class LegAnswered(LegEvent, frozen=True, kw_only=True):
    """The leg is up."""


class AnswererJudged(LegEvent, frozen=True, kw_only=True):
    """Who answered a leg that was rung with `detect_machine`, as the telephone system hears it.

    `reason` is its own word for why; `silent_us` is for how long the answerer had said nothing by then, after
    a greeting. Told before the leg comes into our hands, and again should it come anew.
    """

    answerer: Answerer
    reason: str = ""
    silent_us: int = 0


class LegHeld(LegEvent, frozen=True, kw_only=True):
    """The party put the other side on hold."""


class LegResumed(LegEvent, frozen=True, kw_only=True):
    """The party took the other side back from hold."""


class LegJoined(LegEvent, frozen=True, kw_only=True):
    """The leg entered a bridge: whoever is in it can hear each other."""

    bridge_id: BridgeId


class LegLeft(LegEvent, frozen=True, kw_only=True):
    """The leg left a bridge."""

    bridge_id: BridgeId


class LegPressed(LegEvent, frozen=True, kw_only=True):
    """The party pressed a key outside of a step that collects digits."""

    digit: str


class LegTransferred(LegEvent, frozen=True, kw_only=True):
    """A party of the bridge sent the rest of it elsewhere; the transferer is `leg_id`."""

    kind: str
    dialed_number: str = ""
    moved_leg_id: LegId = NO_LEG


class LegTagged(LegEvent, frozen=True, kw_only=True):
    """The PBX still keeps this note of ours on the leg (seen in a snapshot). See `core.model.tag`."""

    tag: str


class LegFailed(LegEvent, frozen=True, kw_only=True):
    """A leg we asked for was never made: refused at once, or answered with failure and no channel."""

    cause: int
    reason: str = ""


class LegEnded(LegEvent, frozen=True, kw_only=True):
    """The leg is gone. `cause` is its Q.850 code, 0 where nobody knows (found gone by a snapshot).

    `tech_cause` is the status of the signalling behind it, such as 486 of SIP; 0 where none was told.
    """

    cause: int
    tech_cause: int = 0


# --- dialogues with a caller ----------------------------------------------------------------------


class DialogueOpened(LegEvent, frozen=True, kw_only=True):
    """The leg is in our hands and takes steps. `tag` is the note it already carries, if any.

    `arrived_us` is when the leg first asked for us, which is earlier than `at_us` where we were away; 0
    where the telephone system does not say.
    """

    caller_number: str = ""
    caller_name: str = ""
    dialed_number: str = ""
    language: str = ""
    tag: str = ""
    arrived_us: int = 0


class StepFinished(LegEvent, frozen=True, kw_only=True):
    """A step of the dialogue is over.

    `outcome` is `done`, `timeout`, `hangup` or `failed`; `digits` are the keys pressed, without terminator.
    """

    step: str
    outcome: str
    digits: str = ""


class DialogueClosed(LegEvent, frozen=True, kw_only=True):
    """The leg left our hands: bridged, sent on, hung up, or its link broke.

    A step under way is told as finished first, with `hangup`; where the link broke it is told no more.
    """


# --- the telephone system itself ------------------------------------------------------------------


class PbxEvent(Event, frozen=True, kw_only=True):
    """Something happened to the link with one telephone system."""

    pbx: str


class PbxLost(PbxEvent, frozen=True, kw_only=True):
    """The link is down: nothing is known of its legs until the next `PbxSynced`."""


class PbxSynced(PbxEvent, frozen=True, kw_only=True):
    """A snapshot has just been told as ordinary leg events; live events follow."""


class AnomalySeen(PbxEvent, frozen=True, kw_only=True):
    """The PBX told the impossible; counted by `kind`, never fatal."""

    kind: str
    where: str = ""


class AdoptionFinished(PbxEvent, frozen=True, kw_only=True):
    """All contacts that a snapshot of this PBX showed are in hand again: routing may go on."""
