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
from typing import Annotated, Any, ClassVar, Literal, NewType, get_args, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from core.kernel.schema import ALLOWED, Schema
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
Key = Annotated[str, Field(pattern=r"^[0-9*#]$", json_schema_extra={ALLOWED: "one of 0 to 9, * and #"})]
Keys = Annotated[str, Field(pattern=r"^[0-9*#]*$", json_schema_extra={ALLOWED: "keys of 0 to 9, * and #"})]
Word = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z][A-Za-z0-9_-]{0,63}$",
        json_schema_extra={ALLOWED: "a name of at most 64 letters, digits, - and _"},
    ),
]
Level = Annotated[int, Field(strict=True, ge=1, le=LEVEL_MAX)]
Count = Annotated[int, Field(strict=True, ge=0)]
Seconds = Annotated[float, Field(strict=True, ge=0)]
Openings = tuple[Annotated[Opening, BeforeValidator(parse_opening)], ...]
Flag = Annotated[bool, Field(strict=True)]
Currency = Annotated[
    str, Field(pattern=r"^[A-Z]{3}$", json_schema_extra={ALLOWED: "three letters, such as USD"})
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing that a flow does; ways to other nodes are fields of type `NodeName`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(Node):
    """Answer the call."""

    kind: Literal["answer"] = "answer"
    next: NodeName
    """Where the flow goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Play(Node):
    """Play a prompt; with `barge_in` any key cuts it short."""

    kind: Literal["play"] = "play"
    prompt: PromptName
    """What is played."""
    barge_in: Flag = False
    """Whether any key cuts it short."""
    next: NodeName
    """Where the flow goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu(Node):
    """Let the caller choose by one key, at once (`barge_in`) or after the prompt.

    A wrong key repeats the menu after the prompt `invalid`, silence after the prompt `silent`; when
    `retries` repetitions are used up the flow goes on at `exhausted`.
    """

    kind: Literal["menu"] = "menu"
    prompt: PromptName
    """What there is to choose from."""
    options: Annotated[Mapping[Key, NodeName], Field(min_length=1)]
    """Where each key leads."""
    exhausted: NodeName
    """Where the flow goes on when the repetitions are used up."""
    barge_in: Flag = True
    """Whether a key counts while the prompt plays."""
    retries: Retries = 2
    """How often the menu is repeated."""
    timeout_s: TimeoutS = 5.0
    """How long a key is waited for after the prompt."""
    invalid: PromptName = NO_PROMPT
    """What is said after a key that is no option."""
    silent: PromptName = NO_PROMPT
    """What is said after no key at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(Node):
    """Let the caller key in `digits_min` to `digits_max` digits and keep them in the variable `into`."""

    kind: Literal["collect"] = "collect"
    prompt: PromptName
    """What is asked for."""
    into: Word
    """The variable that keeps the digits."""
    next: NodeName
    """Where the flow goes on with the digits."""
    exhausted: NodeName
    """Where it goes on when the repetitions are used up."""
    digits_min: DigitCount = 1
    """Fewer digits are invalid."""
    digits_max: DigitCount
    """With so many the caller is done."""
    terminators: Keys = "#"
    """The keys that say "done"."""
    first_timeout_s: TimeoutS = 6.0
    """How long the first digit is waited for."""
    next_timeout_s: TimeoutS = 3.0
    """How long every other is; then the caller is done."""
    retries: Retries = 2
    """How often it is asked again."""
    invalid: PromptName = NO_PROMPT
    """What is said after too few digits."""
    silent: PromptName = NO_PROMPT
    """What is said after no digit at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Say(Node):
    """Say a value: the literal `value`, or what the reference `of` names.

    Amounts are in hundredths of `currency`, or of the customer's currency where the value is a balance;
    dates are YYYY-MM-DD. Where there is no such value the flow goes on at `missing`, or `next` without it.
    """

    kind: Literal["say"] = "say"
    what: Literal["number", "digits", "amount", "date"]
    """How the value is said."""
    value: str = ""
    """The value itself."""
    of: str = ""
    """Or the reference to it."""
    currency: Currency = "USD"
    """Of an amount that is nobody's balance."""
    prompt: PromptName = NO_PROMPT
    """What is said before it."""
    next: NodeName
    """Where the flow goes on."""
    missing: NodeName = NO_NODE
    """Where it goes on without a value; `next` where not given."""


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
    """What the customer is looked up by."""
    account: str = ""
    """The variable with the account number."""
    pin: str = ""
    """The variable with the PIN."""
    wait: Flag = True
    """Whether the flow waits for the answer here."""
    refusals: Annotated[int, Field(strict=True, ge=1, le=REFUSALS_MAX)] = 3
    """Wrong pairs of account and PIN that a call may try."""
    next: NodeName
    """Where the flow goes on."""
    unknown: NodeName = NO_NODE
    """Where it goes on with somebody nobody knows."""
    unavailable: NodeName = NO_NODE
    """Where it goes on when the records are late or away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Node):
    """Go by the value that the reference `on` names: the node of its case, or `otherwise`."""

    kind: Literal["branch"] = "branch"
    on: str
    """The reference to the value."""
    cases: Annotated[Mapping[str, NodeName], Field(min_length=1)]
    """Where each value leads."""
    otherwise: NodeName
    """Where any other leads, no value among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours(Node):
    """Go by the clock: `open` within the `weekly` openings of the zone, `closed` else and on `holidays`."""

    kind: Literal["hours"] = "hours"
    zone: Annotated[ZoneInfo, Field(json_schema_extra={ALLOWED: "the name of a time zone"})]
    """The time zone, such as Europe/Paris."""
    weekly: Annotated[
        Mapping[Day, Openings], Field(json_schema_extra={ALLOWED: "a table of days, each a list of openings"})
    ]
    """The openings of each day, such as `mon = ["08:30-12:00", "13:00-20:00"]`; a day without is closed."""
    holidays: Annotated[
        tuple[date, ...], Field(json_schema_extra={ALLOWED: "a list of days, such as [2026-12-25]"})
    ] = ()
    """Days that are closed whatever the week says."""
    open: NodeName
    """Where the flow goes on within the openings."""
    closed: NodeName
    """Where it goes on else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueState(Node):
    """Go by how busy a queue is: `busy` where any of the given thresholds is met, else `next`.

    The expected wait is that of this caller, by the tier known so far.
    """

    kind: Literal["queue_state"] = "queue_state"
    queue: Word
    """The queue."""
    waiting_at_least: Count | None = None
    """So many wait in it."""
    longest_wait_at_least_s: Seconds | None = None
    """Somebody has waited in it so long."""
    expected_wait_at_least_s: Seconds | None = None
    """This caller would wait so long."""
    ready_agents_at_most: Count | None = None
    """No more than so many agents are idle who could serve it."""
    busy: NodeName
    """Where the flow goes on when any of these holds."""
    next: NodeName
    """Where it goes on else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellWait(Node):
    """Tell the caller the wait to expect in a queue, as one of the queue's bands, after `prompt`."""

    kind: Literal["tell_wait"] = "tell_wait"
    queue: Word
    """The queue."""
    prompt: PromptName = NO_PROMPT
    """What is said before it."""
    next: NodeName
    """Where the flow goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetValues(Node):
    """Give the contact a language, required `skills` (name to least level), variables of the flow."""

    kind: Literal["set"] = "set"
    language: str = ""
    """The language that is spoken from here on."""
    skills: Mapping[Word, Level] = field(default_factory=dict)
    """The least level in each skill that an agent needs from here on."""
    variables: Mapping[Word, str] = field(default_factory=dict)
    """Variables and their values."""
    next: NodeName
    """Where the flow goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance(Node):
    """Tell the balance of a customer who has proved account and PIN; `unavailable` for anybody else."""

    kind: Literal["balance"] = "balance"
    prompt: PromptName = NO_PROMPT
    """What is said before it."""
    next: NodeName
    """Where the flow goes on."""
    unavailable: NodeName
    """Where it goes on for anybody who has proved nothing, or has no balance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Enqueue(Node):
    """Hand the contact over to a queue, with the skills asked for so far and these. The flow ends."""

    kind: Literal["queue"] = "queue"
    queue: Word
    """The queue."""
    skills: Mapping[Word, Level] = field(default_factory=dict)
    """The least level in each skill that an agent needs, beside what was asked for so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Node):
    """Send the caller on to a number outside the engine. The flow ends."""

    kind: Literal["transfer"] = "transfer"
    number: Annotated[
        str,
        Field(
            pattern=r"^\+?[0-9A-Za-z*#]{1,40}$",
            json_schema_extra={ALLOWED: "at most 40 digits and letters, + in front"},
        ),
    ]
    """The number, as the dialplan of the telephone system takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Node):
    """Record a message, say `thanks` and hang up. The flow ends.

    A recording shorter than `shortest_s` is no message: the caller hung up at the tone.
    """

    kind: Literal["record"] = "record"
    longest_s: Annotated[float, Field(strict=True, gt=0, le=RECORDING_MAX_S)] = 120.0
    """Longer messages are cut."""
    shortest_s: Annotated[float, Field(strict=True, ge=0, le=TIMEOUT_MAX_S)] = 2.0
    """Shorter ones are none."""
    silence_s: TimeoutS = 5.0
    """So much silence ends the message."""
    terminators: Keys = "#"
    """The keys that end it."""
    thanks: PromptName = NO_PROMPT
    """What is said at the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback(Node):
    """Book a callback that stands in the line of `queue` from now on, say `thanks`, hang up. The flow ends.

    The customer is called at the number they call from, or at the one keyed in as the variable `number`.
    Where there can be no callback (a withheld number, one booked already, a queue that offers none, or too
    many open) the flow goes on at `refused`.
    """

    kind: Literal["callback"] = "callback"
    queue: Word
    """The queue."""
    skills: Mapping[Word, Level] = field(default_factory=dict)
    """The least level in each skill that an agent needs, beside what was asked for so far."""
    number: str = ""
    """The variable with another number to call."""
    thanks: PromptName = NO_PROMPT
    """What is said at the end."""
    refused: NodeName
    """Where the flow goes on when there can be no callback."""


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

_WORDS = {NodeName: "a node", PromptName: "a prompt"}


def schema_of(kind: type[Any]) -> Schema:
    """Return the schema of a kind of node, or of what stands around nodes; ways and prompts are called so."""
    schema: dict[str, Any] = TypeAdapter(kind).json_schema()
    hints = get_type_hints(kind)
    for key, keyed in schema["properties"].items():
        each = get_args(hints[key])[1:]
        word = _WORDS.get(hints[key]) or (_WORDS.get(each[0]) if each else None)
        if word:
            keyed[ALLOWED] = f"a table of at least 1, each {word}" if each else word
    return schema
