"""What an expression may ask of a call and of its queue, by name (`core.model.expression`).

Every other name in an expression is a skill of agents. Times are seconds where people write them and
whole microseconds in the values given here. A value that is not known (a caller without a record, a queue
without an estimate yet) is None or left out: it equals nothing and no bound on it is met.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from core.model.contact import Contact

ATTRIBUTE = "attribute."
"""Begins the names of the free attributes of the customer's record."""

Value = str | int | tuple[str, ...] | None
"""A text, a number (times in microseconds), several words at once, or not known."""

Values = Mapping[str, Value]


class Kind(StrEnum):
    """How a variable is compared."""

    TEXT = "text"
    WORDS = "words"
    NUMBER = "number"
    SECONDS = "seconds"
    ATTRIBUTE = "attribute"


class Variable(NamedTuple):
    """A variable: how it is compared, and what it means."""

    kind: Kind
    meaning: str


VARIABLES: Mapping[str, Variable] = {
    "tier": Variable(Kind.TEXT, "the customer's value tier"),
    "language": Variable(Kind.TEXT, "the language the caller is spoken to in, such as `en`"),
    "queue": Variable(Kind.TEXT, "the queue the contact waits in"),
    "channel": Variable(Kind.TEXT, "`voice` for calls, or that of other work, such as `task`"),
    "policy": Variable(Kind.TEXT, "the policy in force when the contact was queued"),
    "dialed_number": Variable(Kind.TEXT, "the number the caller dialed"),
    "choice": Variable(Kind.WORDS, "the nodes chosen by keys in menus; equal where any one of them is"),
    "wait": Variable(Kind.SECONDS, "how long the contact has waited in its queue"),
    "ewt": Variable(Kind.SECONDS, "the estimated wait still to come"),
    "longest_wait": Variable(Kind.SECONDS, "how long the first in the queue's line has waited"),
    "waiting": Variable(Kind.NUMBER, "how many contacts wait in the queue"),
    "ready": Variable(Kind.NUMBER, "how many idle agents could serve the queue"),
    "working": Variable(Kind.NUMBER, "how many agents who could serve the queue are idle or busy, not away"),
    "offers": Variable(Kind.NUMBER, "how many agents' phones rang for the contact in vain"),
}

_ATTRIBUTE = Variable(Kind.ATTRIBUTE, "a free attribute of the customer's record, text or number")


class Vocabulary(NamedTuple):
    """What conditions may ask: the variables of something, by name, beside free attributes."""

    of: str
    variables: Mapping[str, Variable]

    def variable(self, name: str) -> Variable | None:
        """Return the variable called `name`, or None."""
        if name.startswith(ATTRIBUTE) and name != ATTRIBUTE:
            return _ATTRIBUTE
        return self.variables.get(name)


OF_A_CALL = Vocabulary("the call or the queue", VARIABLES)


def variable(name: str) -> Variable | None:
    """Return the variable of a call called `name`, None where the name is that of a skill."""
    return OF_A_CALL.variable(name)


def facts_of(contact: Contact) -> dict[str, Value]:
    """Return the variables that a contact itself tells; those of the clock and the queue are not in it."""
    attributes = contact.customer.attributes if contact.customer is not None else ()
    return {
        "tier": contact.tier,
        "language": contact.language,
        "queue": contact.queue or "",
        "channel": contact.channel,
        "dialed_number": contact.dialed_number,
        "choice": contact.choices,
        "offers": contact.offers,
        **{ATTRIBUTE + name: text for name, text in attributes},
    }
