"""What a contact came to, as the business sees it: one code for each result.

Agents choose theirs when they wrap up; `SYSTEM` are those of attempts that no agent had. All reports and
rules about results go by what a code says here, never by the code itself.
"""

from __future__ import annotations

from core.kernel.record import Record
from core.model.attempt import AttemptState
from core.model.causes import Cause


class Disposition(Record, frozen=True, kw_only=True):
    """One result. A sale was made with the right party, and the right party is a contact.

    `value` is what it is worth, in whole units of the house's currency. `is_dnc`: the customer wants no more
    calls; `is_refusal`: wants none about this; `is_callback`: was promised another one.
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


BUSY, NO_ANSWER, MACHINE = "busy", "no_answer", "machine"
ABANDONED, CONGESTION, INVALID = "abandoned", "congestion", "invalid"
BLOCKED, FAILED, TALKED = "blocked", "failed", "talked"

SYSTEM = {
    each.code: each
    for each in (
        Disposition(code=BUSY, label="Busy", group="not reached"),
        Disposition(code=NO_ANSWER, label="No answer", group="not reached"),
        Disposition(code=MACHINE, label="Answering machine", group="not reached"),
        Disposition(code=CONGESTION, label="No line to be had", group="not reached"),
        Disposition(code=FAILED, label="Call failed", group="not reached"),
        Disposition(code=INVALID, label="No such number", group="unreachable"),
        Disposition(code=BLOCKED, label="Refused by the network or the phone", group="unreachable"),
        Disposition(code=ABANDONED, label="Answered, and found no agent", group="abandoned"),
        Disposition(code=TALKED, label="Talked, result not told", group="contact", is_contact=True),
    )
}
"""The results of attempts that no agent told of, by code."""

_BY_OUTCOME = {
    AttemptState.BUSY: BUSY,
    AttemptState.NO_ANSWER: NO_ANSWER,
    AttemptState.MACHINE: MACHINE,
    AttemptState.DROPPED: ABANDONED,
    AttemptState.CONNECTED: TALKED,
}
_BY_CAUSE: dict[int, str] = {
    # SIP 404, 410, 484 and 604: the number is not one.
    Cause.UNALLOCATED: INVALID,
    Cause.NO_ROUTE: INVALID,
    Cause.INVALID_NUMBER: INVALID,
    # SIP 403, 603 and 607: the far end, or an analytics engine on the way, wants no call of ours.
    Cause.REJECTED: BLOCKED,
    # SIP 5xx and a full trunk: the number may be as good as any.
    Cause.CONGESTION: CONGESTION,
    Cause.NETWORK_OUT_OF_ORDER: CONGESTION,
    Cause.TEMPORARY_FAILURE: CONGESTION,
}


def system_code(outcome: AttemptState, cause: int) -> str:
    """Return the code of an attempt that no agent told of, by its outcome; `cause` is Q.850."""
    if outcome is AttemptState.FAILED:
        return _BY_CAUSE.get(cause, FAILED)
    return _BY_OUTCOME[outcome]
