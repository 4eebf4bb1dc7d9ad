"""The kinds of nodes that an IVR flow is made of: one frozen dataclass for each.

Nothing here runs. `ivr.loader` builds nodes from TOML and the field types below are its schema, so a field's
range is written once; `docs/menus.md` is written from them. `NodeName` marks a way to another node and
`PromptName` a thing to hear: the checks of `ivr.graph` follow these two types and therefore hold for every
node, also those still to be invented.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, ClassVar, Literal, NewType
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field

from core.model.hours import Day, Opening, parse_opening

NodeName = NewType("NodeName", str)
PromptName = NewType("PromptName", str)

RETRIES_MAX = 10
"""A caller who failed that often needs a human."""
TIMEOUT_MAX_S = 60.0
"""Longer silence than this is a dead line."""
DIGITS_MAX = 32
"""Longer than any account or card number that people key in."""
RECORDING_MAX_S = 600.0
"""Ten minutes: nobody listens to longer messages."""
LEVEL_MAX = 10
"""Skill levels are 1 to 10 (`core.model.contact.Requirement`)."""
REFUSALS_MAX = 5
"""Wrong pairs of account and PIN in one call; more would let a machine try PINs."""

NO_NODE = NodeName("")
NO_PROMPT = PromptName("")

Retries = Annotated[int, Field(strict=True, ge=0, le=RETRIES_MAX)]
TimeoutS = Annotated[float, Field(strict=True, gt=0, le=TIMEOUT_MAX_S)]
DigitCount = Annotated[int, Field(strict=True, ge=1, le=DIGITS_MAX)]
Key = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Keys = Annotated[str, Field(pattern=r"^[0-9*#]*$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$")]
Level = Annotated[int, Field(strict=True, ge=1, le=LEVEL_MAX)]
Count = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(strict=True, ge=0)]
Flag = Annotated[bool, Field(strict=True)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing that a flow does; ways to other nodes are fields of type `NodeName`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Node):
    """Answer the call."""

    kind: Literal["answer"] = "answer"
    next: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Node):
    """Play a prompt; with `barge_in` any key cuts it short."""

    kind: Literal["play"] = "play"
    prompt: PromptName
    barge_in: Flag = False
    next: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Node):
    """Let the caller choose by one key, at once (`barge_in`) or after the prompt.

    A wrong key repeats the menu after the prompt `invalid`, silence after the prompt `silent`; when
    `retries` repetitions are used up the flow goes on at `exhausted`.
    """

    kind: Literal["menu"] = "menu"
    prompt: PromptName
    options: Annotated[Mapping[Key, NodeName], Field(min_length=1)]
    exhausted: NodeName
    barge_in: Flag = True
    retries: Retries = 2
    timeout_s: TimeoutS = 5.0
    invalid: PromptName = NO_PROMPT
    silent: PromptName = NO_PROMPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Node):
    """Let the caller key in `digits_min` to `digits_max` digits and keep them in the variable `into`."""

    kind: Literal["collect"] = "collect"
    prompt: PromptName
    into: Word
    next: NodeName
    exhausted: NodeName
    digits_min: DigitCount = 1
    digits_max: DigitCount
    terminators: Keys = "#"
    first_timeout_s: TimeoutS = 6.0
    next_timeout_s: TimeoutS = 3.0
    retries: Retries = 2
    invalid: PromptName = NO_PROMPT
    silent: PromptName = NO_PROMPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Node):
    """Say a value: the literal `value`, or what the reference `of` names (`ivr.values`).

    Amounts are in hundredths of `currency`, or of the customer's currency where the value is a balance;
    dates are YYYY-MM-DD. Where there is no such value the flow goes on at `missing`, or `next` without it.
    """

    kind: Literal["say"] = "say"
    what: Literal["number", "digits", "amount", "date"]
    value: str = ""
    of: str = ""
    currency: Currency = "USD"
    prompt: PromptName = NO_PROMPT
    next: NodeName
    missing: NodeName = NO_NODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Node):
    """Look the customer up, by the caller's number or by the variables `account` and `pin`.

    With `wait = false` the flow goes on at `next` at once, and the first node that needs the customer
    waits for what is left of the deadline. With `wait = true` a customer nobody knows goes to `unknown`, a
    store that is late or away to `unavailable`; both are `next` where not given. After `refusals` wrong
    pairs of account and PIN in a call no further one is tried: `unavailable`.
    """

    kind: Literal["lookup"] = "lookup"
    by: Literal["caller_number", "account"] = "caller_number"
    account: str = ""
    pin: str = ""
    wait: Flag = True
    refusals: Annotated[int, Field(strict=True, ge=1, le=REFUSALS_MAX)] = 3
    next: NodeName
    unknown: NodeName = NO_NODE
    unavailable: NodeName = NO_NODE


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Node):
    """Go by the value that the reference `on` names: the node of its case, or `otherwise`."""

    kind: Literal["branch"] = "branch"
    on: str
    cases: Annotated[Mapping[str, NodeName], Field(min_length=1)]
    otherwise: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Node):
    """Go by the clock: `open` within the `weekly` openings of the zone, `closed` else and on `holidays`."""

    kind: Literal["hours"] = "hours"
    zone: ZoneInfo
    weekly: Mapping[Day, tuple[Annotated[Opening, BeforeValidator(parse_opening)], ...]]
    holidays: tuple[date, ...] = ()
    open: NodeName
    closed: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState(Node):
    """Go by how busy a queue is: `busy` where any of the given thresholds is met, else `next`.

    The expected wait is that of this caller, by the tier known so far.
    """

    kind: Literal["queue_state"] = "queue_state"
    queue: Word
    waiting_at_least: Count | None = None
    longest_wait_at_least_s: Seconds | None = None
    expected_wait_at_least_s: Seconds | None = None
    ready_agents_at_most: Count | None = None
    busy: NodeName
    next: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWait(Node):
    """Tell the caller the wait to expect in a queue, as one of the queue's bands, after `prompt`."""

    kind: Literal["tell_wait"] = "tell_wait"
    queue: Word
    prompt: PromptName = NO_PROMPT
    next: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValues(Node):
    """Give the contact a language, required `skills` (name to least level), variables of the flow."""

    kind: Literal["set"] = "set"
    language: str = ""
    skills: Mapping[Word, Level] = field(default_factory=dict)
    variables: Mapping[Word, str] = field(default_factory=dict)
    next: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Node):
    """Tell the balance of a customer who has proved account and PIN; `unavailable` for anybody else."""

    kind: Literal["balance"] = "balance"
    prompt: PromptName = NO_PROMPT
    next: NodeName
    unavailable: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue(Node):
    """Hand the contact over to a queue, with the skills asked for so far and these. The flow ends."""

    kind: Literal["queue"] = "queue"
    queue: Word
    skills: Mapping[Word, Level] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Node):
    """Send the caller on to a number outside the engine. The flow ends."""

    kind: Literal["transfer"] = "transfer"
    number: Annotated[str, Field(pattern=r"^\+?[0-9A-Za-z*#]{1,40}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Node):
    """Record a message, say `thanks` and hang up. The flow ends.

    A recording shorter than `shortest_s` is no message: the caller hung up at the tone.
    """

    kind: Literal["record"] = "record"
    longest_s: Annotated[float, Field(strict=True, gt=0, le=RECORDING_MAX_S)] = 120.0
    shortest_s: Annotated[float, Field(strict=True, ge=0, le=TIMEOUT_MAX_S)] = 2.0
    silence_s: TimeoutS = 5.0
    terminators: Keys = "#"
    thanks: PromptName = NO_PROMPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback(Node):
    """Book a callback that stands in the line of `queue` from now on, say `thanks`, hang up. The flow ends.

    The customer is called at the number they call from, or at the one keyed in as the variable `number`.
    Where there can be no callback (a withheld number, one booked already, a queue that offers none, or too
    many open) the flow goes on at `refused`.
    """

    kind: Literal["callback"] = "callback"
    queue: Word
    skills: Mapping[Word, Level] = field(default_factory=dict)
    number: str = ""
    thanks: PromptName = NO_PROMPT
    refused: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Node):
    """End the call: what the caller wanted is done. The flow ends."""

    kind: Literal["hang_up"] = "hang_up"


AnyNode = (
    Answer
    | Play
    | Menu
    | Collect
    | Say
    | Lookup
    | Branch
    | Hours
    | QueueState
    | TellWait
    | SetValues
    | Balance
    | Enqueue
    | Transfer
    | Record
    | Callback
    | HangUp
)
