"""Every order the engine gives to an edge. Twin of `core.model.events`.

Each class belongs to one port (`core.ports`): `PbxCommand` to the telephone system, `TimerCommand` to
the runner, `StoreCommand` to the CRM store, `DeskCommand` to the agents' screens, and `AppendToLedger`
to the ledger. Carrying one out never blocks the engine; its outcome comes back as an event.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.model.agent import AgentState
from core.model.causes import Cause
from core.model.customer import Customer
from core.model.ids import AgentId, ContactId, LegId, OfferId, TimerKey
from core.model.message import Command, DomainEvent
from core.model.prompts import Prompt

# --- to the telephone system ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxCommand(Command):
    """An order about one leg."""

    leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class RingLeg(PbxCommand):
    """Ring `address` as the new leg `leg_id`; when answered, the PBX joins it with `bridge_with` at once."""

    address: str
    bridge_with: LegId
    ring_timeout_us: int
    caller_number: str = ""
    caller_name: str = ""
    tag: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLeg(PbxCommand):
    """Leave our note on the leg, replacing the one before (`core.model.tag`)."""

    tag: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUpLeg(PbxCommand):
    """End the leg with the Q.850 `cause`."""

    cause: Cause = Cause.NORMAL_CLEARING


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLeg(PbxCommand):
    """Send the leg to `number` in the dialplan context configured for transfers."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueStep(PbxCommand):
    """A step of the dialogue with a caller; answered by one `StepFinished` with the same `step`.

    A new step interrupts the one before, which then finishes with outcome `done`.
    """

    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerLeg(DialogueStep):
    """Answer the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayPrompt(DialogueStep):
    """Play `prompt` in the prompt set `language`; a key in `stop_digits` ends it and is reported."""

    prompt: Prompt
    language: str
    stop_digits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectDigits(DialogueStep):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMessage(DialogueStep):
    """Record the caller into `recording` (a plain name); a key in `terminators` or silence ends it."""

    recording: str
    duration_max_us: int
    silence_us: int
    terminators: str = "#"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayMusic(DialogueStep):
    """Play the music class `music` until another step or a bridge ends it; finishes at once with `done`."""

    music: str


# --- to the runner ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCommand(Command):
    """An order about one named timer."""

    key: TimerKey


@dataclass(frozen=True, slots=True, kw_only=True)
class StartTimer(TimerCommand):
    """Fire `TimerFired(key)` at `at_us`; a running timer of that name is moved."""

    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelTimer(TimerCommand):
    """Forget the timer; no harm where it has fired already."""


# --- to the stores --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCommand(Command):
    """An order to the CRM store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookUpCustomer(StoreCommand):
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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendToLedger(Command):
    """Keep `event` for ever."""

    event: DomainEvent


# --- to the desks ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCommand(Command):
    """Something for one agent's screen."""

    agent_id: AgentId


@dataclass(frozen=True, slots=True, kw_only=True)
class PopScreen(DeskCommand):
    """Show the caller's record: sent before the phone rings."""

    offer_id: OfferId
    contact_id: ContactId
    caller_number: str
    customer: Customer | None
    tier: str
    queue: str
    choices: tuple[str, ...]
    waited_us: int
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearScreen(DeskCommand):
    """Take the record of an offer that came to nothing away again."""

    contact_id: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowAgentState(DeskCommand):
    """Show the state, since when, why, and which requests are legal now (their class names)."""

    state: AgentState
    reason: str
    since_us: int
    legal: tuple[str, ...]
    contact_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest(DeskCommand):
    """Tell the desk whether its request was granted; `code` is empty where it was."""

    request_id: str
    code: str = ""
    reason: str = ""
