"""What engine and web processes say to each other on the link, as records.

The engine numbers all that it says to the web within a run: a `Frame` tells the number of its first message,
and how many domain events it had told before, which is their number in the ledger. So whoever hears a frame
knows what it has missed. Messages are in the encoding of the journal.
"""

from __future__ import annotations

from collections.abc import Iterator

import structlog

from core.kernel import json_text
from core.kernel.errors import UnreadableRecord
from core.kernel.record import Struct
from core.model.codec import Message, decode
from core.model.message import DomainEvent
from web.ports import Place

log = structlog.get_logger(__name__)

FRAME = "link.frame.v1"
WELCOME = "link.welcome.v1"
HELLO = "link.hello.v1"
REQUEST = "link.request.v1"
STATUS = "engine.status.v1"
LEFT = "link.left.v1"
HERE = "here"
GONE = "gone"


class Frame(Struct, frozen=True, kw_only=True):
    """Messages in the order in which the engine said them.

    `first` is the number of the first one; `told` is the ledger's number of the last event before them.
    """

    run: int
    first: int
    told: int
    messages: tuple[json_text.Raw, ...]


class Welcome(Struct, frozen=True, kw_only=True):
    """How everything is just before message `next` is said: the last event's number, and all screens."""

    run: int
    next: int
    told: int
    screens: tuple[json_text.Raw, ...]


def messages_of(frame: Frame) -> Iterator[tuple[Place, Message | None]]:
    """Yield the messages of a frame, each with the place of the last event up to it.

    One that this version does not know is None.
    """
    sequence = frame.told
    for raw in frame.messages:
        message = read(raw)
        sequence += isinstance(message, DomainEvent)
        yield (frame.run, sequence), message


def read(raw: json_text.Raw) -> Message | None:
    """Return the message that `raw` is, None where this version does not know it."""
    try:
        return decode(bytes(raw))
    except UnreadableRecord as error:
        log.warning("link_message_unreadable", error=str(error))
        return None
