"""Messages as lines of JSON and back: what the journal and the ledger are written in.

A message becomes `{"type":"LegAnswered","at_us":17,"cause_id":"in-4","leg_id":"1-1"}`: its class, then its
fields in the order the class declares them, so equal messages give equal bytes.

Reading is strict: an unknown class or field, a missing one without a default, a value of another type
all raise `UnreadableRecord`. A field added later with a default leaves older lines readable. Messages
hold no floats, so there is no NaN and no rounding to keep apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import ModuleType
from typing import Any, Union

from core.kernel import json_text
from core.kernel.errors import UnreadableRecord
from core.model import commands, events, requests
from core.model.message import Command, Event

Message = Event | Command


def _messages_of(modules: Iterable[ModuleType]) -> dict[str, type[Message]]:
    """Return every message class that `modules` define, by name."""
    return {
        name: found
        for module in modules
        for name, found in vars(module).items()
        if isinstance(found, type) and issubclass(found, Message) and found.__module__ == module.__name__
    }


MODULES = (events, *events.PARTS, commands, requests)
"""Where messages are defined."""

MESSAGES: Mapping[str, type[Message]] = _messages_of(MODULES)
"""Every class that a line may name."""

encode = json_text.Encoder().encode
"""Return a message as one line of JSON without a line end; raise `ValueError` on text that is no Unicode."""


def decode(line: bytes | str) -> Message:
    """Return the message that `encode` wrote as `line`; raise `UnreadableRecord` on anything else."""
    return _read(_any_message(), line)


def decode_as(kind: str, line: bytes | str) -> Message:
    """Return the message of class `kind` that `line` holds; the line itself need not name the class."""
    if kind not in MESSAGES:
        raise UnreadableRecord(f"{kind!r}: expected the name of a message")
    try:
        return _read(_one_message(kind), line)
    except UnreadableRecord as error:
        raise UnreadableRecord(f"{kind}: {error}") from None


def _read(decoder: json_text.Decoder[Any], line: bytes | str) -> Message:
    try:
        message: Message = decoder.decode(line)
    except (json_text.DecodeError, UnicodeError) as error:
        raise UnreadableRecord(str(error)) from None
    return message


@cache
def _any_message() -> json_text.Decoder[Any]:
    return json_text.Decoder(Union[tuple(MESSAGES.values())])  # noqa: UP007


@cache
def _one_message(kind: str) -> json_text.Decoder[Any]:
    return json_text.Decoder(MESSAGES[kind])
