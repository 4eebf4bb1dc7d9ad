"""What a contact came to, as the business sees it: one code for each result.

Agents choose theirs when they wrap up; `SYSTEM` are those of attempts that no agent told of. Reports and
rules about results go by what a code says here, never by the code itself.
"""

from __future__ import annotations

from enum import StrEnum

from core.kernel.record import Record
from core.model.attempt import AttemptState


class CallbackBy(StrEnum):
    """Who is to make a call that an agent has promised."""

    MINE = "mine"
    ANYONE = "anyone"
    MINE_FIRST = "mine_first"
    """The agent, and anyone where the agent does not in a while."""


class Disposition(Record, frozen=True, kw_only=True):
    """One result. A sale was made with the right party, and the right party is a contact.

    `value` is what it is worth, in whole units of the house's currency. `is_dnc`: the customer wants no more
    calls; `is_refusal`: wants none about this; `is_callback`: was promised another one. Contacts of `queues`
    may come to it, of all where there are none.
    """

    code: str
    label: str
    group: str = ""
    is_contact: bool = False
    is_right_party: bool = False
    is_sale: bool = False
    is_dnc: bool = False
    is_refusal: bool = False
    is_callback: bool = False
    value: int = 0
    queues: tuple[str, ...] = ()

    def is_of(self, queue: str) -> bool:
        """Tell whether the contacts of `queue` may come to it."""
        return not self.queues or queue in self.queues


BUSY, DECLINED, NO_ANSWER, ABSENT, MACHINE = "busy", "declined", "no_answer", "absent", "machine"
INVALID, BLOCKED = "invalid", "blocked"
CONGESTED, UNREACHABLE, LOST = "congested", "unreachable", "lost"
ABANDONED, TALKED = "abandoned", "talked"

SYSTEM = {
    each.code: each
    for each in (
        Disposition(code=BUSY, label="Busy", group="not reached"),
        Disposition(code=DECLINED, label="Declined", group="not reached"),
        Disposition(code=NO_ANSWER, label="No answer", group="not reached"),
        Disposition(code=ABSENT, label="Switched off or out of reach", group="not reached"),
        Disposition(code=MACHINE, label="Answering machine", group="not reached"),
        Disposition(code=INVALID, label="No such number", group="no number"),
        Disposition(code=BLOCKED, label="Labelled as a nuisance on the way", group="no number"),
        Disposition(code=CONGESTED, label="No line to be had", group="no line"),
        Disposition(code=UNREACHABLE, label="Not carried by the trunk", group="no line"),
        Disposition(code=LOST, label="Lost by the telephone system", group="no line"),
        Disposition(code=ABANDONED, label="Answered, and found no agent", group="abandoned"),
        Disposition(code=TALKED, label="Talked, result not told", group="contact", is_contact=True),
    )
}
"""The results of attempts that no agent told of, by code; why nobody answered: `dialer.progress`."""

USUAL = {
    AttemptState.CONNECTED: TALKED,
    AttemptState.DROPPED: ABANDONED,
    AttemptState.MACHINE: MACHINE,
    AttemptState.BUSY: BUSY,
    AttemptState.NO_ANSWER: NO_ANSWER,
    AttemptState.FAILED: UNREACHABLE,
}
"""The result of an attempt of which nothing but its outcome is known."""
