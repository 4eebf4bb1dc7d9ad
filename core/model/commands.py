"""Every order the engine gives to an edge. Twin of `core.model.events`.

Each class belongs to one port (`core.ports`): `PbxCommand` to the telephone system, `TimerCommand` to
the runner, `StoreCommand` to the CRM store, `DeskCommand` to the agents' screens, and `AppendToLedger`
to the ledger. Carrying one out never blocks the engine; its outcome comes back as an event.
"""

from __future__ import annotations

from core.kernel.record import Record
from core.model.agent import AgentState
from core.model.causes import Cause
from core.model.contact import VOICE
from core.model.control import PartyShown
from core.model.customer import Customer
from core.model.detection import Detection
from core.model.events import AnyDomainEvent
from core.model.ids import NO_LEG, AgentId, ContactId, LegId, OfferId, QueueName, TimerKey
from core.model.lead import LeadShown
from core.model.message import Command
from core.model.prompts import Prompt
from core.model.standing_leg import StandingState
from core.model.supervision import SupervisionMode

# --- to the telephone system ------------------------------------------------------------------


class PbxCommand(Command, frozen=True, kw_only=True):
    """An order about one leg."""

    leg_id: LegId


class RingLeg(PbxCommand, frozen=True, kw_only=True):
    """Ring `address` as the new leg `leg_id`; when answered, the PBX joins it with `bridge_with` at once.

    Without `bridge_with` the answered leg comes into our hands: it opens a dialogue. Where a machine is to be
    told from a person, by `detect_machine`, `AnswererJudged` comes first. With `spares` the other one comes
    back into our hands when this one leaves; else it is hung up.
    """

    address: str
    bridge_with: LegId = NO_LEG
    ring_timeout_us: int
    caller_number: str = ""
    caller_name: str = ""
    tag: str = ""
    detect_machine: Detection | None = None
    spares: bool = False


class JoinLeg(PbxCommand, frozen=True, kw_only=True):
    """Join the leg, which is in our hands, with `bridge_with`: both hear each other at once.

    When the other one leaves, this one comes back into our hands: it opens a dialogue again. It is how an
    agent whose call stands takes one contact after the other. When this one ends, the other ends as well;
    with `spares` it comes back into our hands instead.
    """

    bridge_with: LegId
    spares: bool = False


class TakeLeg(PbxCommand, frozen=True, kw_only=True):
    """Take the leg out of its bridge into our hands, and `together_with` in the same instant.

    Each opens a dialogue. Of two the first is the one that was joined, the second the one that joined it.
    """

    together_with: LegId = NO_LEG


class ConferLeg(PbxCommand, frozen=True, kw_only=True):
    """Let the leg, which is in our hands, into the conference `room`: whoever is in there hears all others.

    Who is alone in it hears music. A leg that leaves it otherwise than by hanging up comes back to us.
    """

    room: str


class PickUpLeg(PbxCommand, frozen=True, kw_only=True):
    """Have the phone that rings answer by itself; one that does not know how goes on ringing."""


class MuteLeg(PbxCommand, frozen=True, kw_only=True):
    """Let nobody hear the leg's party, or let it be heard again."""

    is_muted: bool


class PlayKeys(PbxCommand, frozen=True, kw_only=True):
    """Let the leg's party hear the keys `digits` (0-9, A-D, * and #) one after the other."""

    digits: str


class SuperviseLeg(PbxCommand, frozen=True, kw_only=True):
    """Let the leg, which is in our hands or hears somebody already, hear what `hears` says and hears.

    Whether `hears`, or whoever talks with it, hears the leg says `mode`; `LegHears` tells that it is so. When
    `hears` ends the leg comes back into our hands.
    """

    hears: LegId
    mode: SupervisionMode


class TagLeg(PbxCommand, frozen=True, kw_only=True):
    """Leave our note on the leg, replacing the one before (`core.model.tag`)."""

    tag: str


class HangUpLeg(PbxCommand, frozen=True, kw_only=True):
    """End the leg with the Q.850 `cause`."""

    cause: Cause = Cause.NORMAL_CLEARING


class TransferLeg(PbxCommand, frozen=True, kw_only=True):
    """Send the leg to `number` in the dialplan context configured for transfers."""

    number: str


class DialogueStep(PbxCommand, frozen=True, kw_only=True):
    """A step of the dialogue with a caller; answered by one `StepFinished` with the same `step`.

    A new step interrupts the one before, which then finishes with outcome `done`.
    """

    step: str


class AnswerLeg(DialogueStep, frozen=True, kw_only=True):
    """Answer the caller."""


class PlayPrompt(DialogueStep, frozen=True, kw_only=True):
    """Play `prompt` in the prompt set `language`; a key in `stop_digits` ends it and is reported."""

    prompt: Prompt
    language: str
    stop_digits: str = ""


class CollectDigits(DialogueStep, frozen=True, kw_only=True):
    """Play `prompt`, interruptible by any key, and collect 1 to `digits_max` keys.

    Ends at `digits_max` keys, at a key in `terminators` (not reported), or after silence: the first
    key may take `first_timeout_us` from the end of the prompt, each further one `next_timeout_us`.
    """

    prompt: Prompt
    language: str
    digits_max: int
    terminators: str
    first_timeout_us: int
    next_timeout_us: int


class RecordMessage(DialogueStep, frozen=True, kw_only=True):
    """Record the caller into `recording` (a plain name); a key in `terminators` or silence ends it."""

    recording: str
    duration_max_us: int
    silence_us: int
    terminators: str = "#"


class AwaitSilence(DialogueStep, frozen=True, kw_only=True):
    """Listen until the far side has been silent for `silence_us`: a machine has said its greeting.

    Finishes with `timeout` where it still speaks after `limit_us`. The step after it waits for its end.
    """

    silence_us: int
    limit_us: int


class PlayMusic(DialogueStep, frozen=True, kw_only=True):
    """Play the music class `music` until another step or a bridge ends it; finishes at once with `done`."""

    music: str


# --- to the runner ------------------------------------------------------------------------------


class TimerCommand(Command, frozen=True, kw_only=True):
    """An order about one named timer."""

    key: TimerKey


class StartTimer(TimerCommand, frozen=True, kw_only=True):
    """Fire `TimerFired(key)` at `at_us`; a running timer of that name is moved."""

    at_us: int


class CancelTimer(TimerCommand, frozen=True, kw_only=True):
    """Forget the timer; no harm where it has fired already."""


# --- to the stores --------------------------------------------------------------------------------


class StoreCommand(Command, frozen=True, kw_only=True):
    """An order to the CRM store."""


class LookUpCustomer(StoreCommand, frozen=True, kw_only=True):
    """Find a customer by caller number, by account number and PIN, or by the id of one known before.

    The one that is given decides: `customer_id` first, then `account_number`, else `caller_number`.
    Answered by `CustomerFound` or `CustomerLookupFailed`, at the latest after `deadline_us`.
    """

    lookup_id: str
    deadline_us: int
    customer_id: str = ""
    caller_number: str = ""
    account_number: str = ""
    pin: str = ""


class AppendToLedger(Command, frozen=True, kw_only=True):
    """Keep `event` for ever."""

    event: AnyDomainEvent


# --- to the desks ---------------------------------------------------------------------------------


class DeskCommand(Command, frozen=True, kw_only=True):
    """Something for one agent's screen."""

    agent_id: AgentId


class PopScreen(DeskCommand, frozen=True, kw_only=True):
    """Show the caller's record: sent before the phone rings.

    What the desk then wishes about the offer has to name `offer_id` and `version`. Of another channel than
    voice no phone rings: the agent accepts on the screen, and finds what to do by `reference`. Of the call of
    a campaign `lead` tells what its list has of the customer; where it is to be looked at first, until
    `dials_us`, nothing rings before the agent says `PreviewDial` (or that time is over).
    """

    offer_id: OfferId
    contact_id: ContactId
    caller_number: str
    customer: Customer | None
    tier: str
    queue: str
    choices: tuple[str, ...]
    waited_us: int
    language: str
    channel: str = VOICE
    reference: str = ""
    version: int = 1
    lead: LeadShown | None = None
    dials_us: int = 0
    passed_by: str = ""


class ClearScreen(DeskCommand, frozen=True, kw_only=True):
    """Take the record of an offer that came to nothing away again."""

    contact_id: ContactId


class WorkShown(Record, frozen=True, kw_only=True):
    """A contact of another channel than voice that is offered to the agent, or `in_hand`."""

    contact_id: ContactId
    channel: str
    offer_id: OfferId
    version: int
    in_hand: bool


class ShowAgentState(DeskCommand, frozen=True, kw_only=True):
    """Show the state, since when, why, and which requests are legal now (their class names).

    It lasts until `until_us` at the longest, where that is not 0. `next_state` is what was asked for and
    comes when all is done that is in hand; `asked_by` is the supervisor who asked for that, or for the state
    where there is no other to come, and `because` why. `work` is what the agent has besides the call, oldest
    first. `standing` is how the agent's standing leg is, if there is to be one. In a call the customer may be
    `on_hold`; `parties` are who else is in the conversation, and `undone` is the last wish for it where the
    telephone system has not carried it out. Who `owes_result` does not finish the wrap-up without one.
    """

    state: AgentState
    reason: str
    since_us: int
    legal: tuple[str, ...]
    contact_id: str = ""
    until_us: int = 0
    next_state: AgentState | None = None
    asked_by: str = ""
    because: str = ""
    work: tuple[WorkShown, ...] = ()
    standing: StandingState | None = None
    on_hold: bool = False
    is_muted: bool = False
    parties: tuple[PartyShown, ...] = ()
    owes_result: bool = False
    undone: str = ""


class AnswerRequest(DeskCommand, frozen=True, kw_only=True):
    """Tell the desk whether its request was granted; `code` is empty where it was."""

    request_id: str
    code: str = ""
    reason: str = ""


# --- to other programs ------------------------------------------------------------------------------


class AnswerWork(Command, frozen=True, kw_only=True):
    """Tell who brought work whether it was granted; `code` is empty where it was.

    `contact_id` is the contact it became, empty where there is none.
    """

    work_id: str
    request_id: str
    contact_id: str = ""
    code: str = ""
    reason: str = ""


class ExpectedWait(Record, frozen=True, kw_only=True):
    """How long a caller of `tier` who asked for `queue` now would be told to wait."""

    queue: QueueName
    tier: str
    wait_us: int


class AnswerWaits(Command, frozen=True, kw_only=True):
    """Tell who asked how long callers would wait; nobody is refused, `code` and `reason` stay empty."""

    request_id: str
    waits: tuple[ExpectedWait, ...] = ()
    code: str = ""
    reason: str = ""
