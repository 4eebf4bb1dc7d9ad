"""AMI on the wire: bytes to messages and messages to bytes, nothing else.

A message is lines of `Key: value`, each ended by CRLF, and an empty line after the last. Asterisk
repeats keys (Variable, ChanVariable, Output), spells some differently from release to release
(CommandID in 11, CommandId since 12; Uniqueid in call events, UniqueID in CEL) and greets with a single
line that no empty line follows.

`AmiParser` takes pieces split anywhere. It decodes once per piece, up to the last empty line, so a
character of several bytes is never cut; what is not UTF-8 (some phones send Latin-1 names) becomes
U+FFFD. Nearly every message has distinct keys and a `: ` in each line: that fast path is one
`dict([...])`, and whatever it cannot hold is read again with care.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from core.kernel.errors import UnsafeText
from cti.ami.errors import ActionTooLong, LocalAmiError, RemoteAmiError

EOL = "\r\n"
END_OF_MESSAGE = EOL + EOL
END_OF_COMMAND = "--END COMMAND--"
"""Before Asterisk 14 the answer to Command was bare text with this line at its end."""

LINE_BYTES_MAX = 1_024
"""Asterisk refuses a longer input line ("line too long": the buffer of manager.c has 1,025 bytes)."""
HEADERS_MAX = 128
"""Asterisk refuses an action of more lines (AST_MAX_MANHEADERS of manager.c)."""
MESSAGE_BYTES_MAX = 4 * 2**20
"""No message is longer: the largest known, a Command listing every channel, stays under 1 MiB at 5,000."""

_END_BYTES = END_OF_MESSAGE.encode()
_NAME_AT = len("Event: ")
_FORGES_A_LINE = re.compile(r"[\r\n\0]")

Fields = Mapping[str, str | Sequence[str]]
"""An action's headers; a sequence writes its key once for each value."""


class AmiMessage(dict[str, str]):
    """One message: the first value of each key, spelled and ordered as Asterisk sent it.

    The first value wins, for what Asterisk writes itself comes before what others may have named.
    `message["key"]` finds other spellings of the key, and gives "" where there is none, as Asterisk
    writes an empty value for what it does not know. `get` and `in` are those of any dict: exact.
    """

    repeated: Mapping[str, list[str]] = {}
    """All values of those keys that occurred more than once."""

    def __missing__(self, key: str) -> str:
        spelled = self._spelling(key)
        return "" if spelled is None else self[spelled]

    def all(self, key: str) -> list[str]:
        """Return every value of `key`, however spelled, in the order of sending."""
        spelled = self._spelling(key)
        if spelled is None:
            return []
        return list(self.repeated.get(spelled) or [self[spelled]])

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield each key with each of its values, repeated ones together at the place of the first."""
        for key in self:
            for value in self.all(key):
                yield key, value

    def _spelling(self, key: str) -> str | None:
        if key in self:
            return key
        folded = key.casefold()
        return next((name for name in self if name.casefold() == folded), None)

    @property
    def kind(self) -> str:
        """The key of the first line: `Event` or `Response`, and no later line can change that.

        The event OriginateResponse has a `Response:` line, and a value that Asterisk prints raw may
        bring forth an `Event:` line within a reply; neither comes first.
        """
        return next(iter(self), "")


class AmiParser:
    """Turn the bytes of one direction of one connection into messages.

    `greeting` says whether the stream begins with Asterisk's one-line greeting, then kept as `banner`.
    Events named in `ignored` are counted and skipped before their lines are looked at.
    """

    def __init__(
        self,
        *,
        greeting: bool = True,
        ignored: frozenset[str] = frozenset(),
        message_bytes_max: int = MESSAGE_BYTES_MAX,
    ) -> None:
        self.banner: str | None = None
        self.ignored_count = 0
        self._awaits_greeting = greeting
        self._ignored = ignored
        self._message_bytes_max = message_bytes_max
        self._rest = bytearray()
        # Bytes at the start of `_rest` that were searched for the end of a message already.
        self._searched = 0

    def feed(self, piece: bytes) -> list[AmiMessage]:
        """Return the messages that `piece` completes; raise `RemoteAmiError` on one without end."""
        rest = self._rest
        rest += piece
        if self._awaits_greeting:
            self._take_greeting()
        end = rest.rfind(_END_BYTES, self._searched)
        if end < 0:
            self._check_bound()
            return []
        text = rest[:end].decode("utf-8", "replace")
        del rest[: end + len(_END_BYTES)]
        self._check_bound()
        return self._messages(text.split(END_OF_MESSAGE))

    def _messages(self, blocks: list[str]) -> list[AmiMessage]:
        if self._ignored:
            blocks = self._without_ignored(blocks)
        messages = []
        for block in blocks:
            lines = block.split(EOL)
            try:
                message = AmiMessage([line.split(": ", 1) for line in lines])
            except ValueError:
                message = _read_with_care(lines)
            else:
                if len(message) != len(lines) or block.endswith(END_OF_COMMAND):
                    message = _read_with_care(lines)
            if message:
                messages.append(message)
        return messages

    def _without_ignored(self, blocks: list[str]) -> list[str]:
        ignored = self._ignored
        wanted = [block for block in blocks if block[_NAME_AT : block.find(EOL)] not in ignored]
        self.ignored_count += len(blocks) - len(wanted)
        return wanted

    def _take_greeting(self) -> None:
        end = self._rest.find(EOL.encode())
        if end < 0:
            return
        self._awaits_greeting = False
        self._searched = 0
        line = self._rest[:end].decode("utf-8", "replace")
        if ": " not in line:
            self.banner = line
            del self._rest[: end + len(EOL)]

    def _check_bound(self) -> None:
        if len(self._rest) > self._message_bytes_max:
            raise RemoteAmiError(f"a message without end within {self._message_bytes_max} bytes")
        # The end of a message may straddle two pieces by up to three bytes.
        self._searched = max(0, len(self._rest) - len(_END_BYTES) + 1)


def _read_with_care(lines: list[str]) -> AmiMessage:
    """Read lines that repeat a key, lack the space after the colon, or hold a command's bare output."""
    message = AmiMessage()
    repeated: dict[str, list[str]] = {}
    for key, value in _pairs(lines):
        if key in message:
            repeated.setdefault(key, [message[key]]).append(value)
        else:
            message[key] = value
    if repeated:
        message.repeated = repeated
    return message


def _pairs(lines: list[str]) -> Iterator[tuple[str, str]]:
    bare_output = lines[0] == "Response: Follows"
    for line in lines:
        key, colon, value = line.partition(":")
        if bare_output and line.endswith(END_OF_COMMAND):
            yield from (("Output", row) for row in line.split("\n")[:-1])
        elif colon:
            yield key, value.removeprefix(" ")
        elif line:
            yield "Output", line


def encode_message(lines: Iterable[tuple[str, str]]) -> bytes:
    """Return one message of `lines`, in their order; raise `UnsafeText` where one would forge another."""
    text = [f"{_safe_key(key)}: {safe_text(value, key)}{EOL}" for key, value in lines]
    return ("".join(text) + EOL).encode("utf-8", "replace")


def encode_action(name: str, fields: Fields | None = None) -> bytes:
    """Return the action `name` with its `fields`.

    Raises `UnsafeText` where a key or value holds CR, LF or NUL (Asterisk takes a bare LF for the end of
    a line, so each of them can smuggle in an action), and `ActionTooLong` beyond Asterisk's input limits.
    """
    lines = [("Action", name), *_field_lines(fields or {})]
    if len(lines) > HEADERS_MAX:
        raise ActionTooLong(f"action {name!r} has {len(lines)} lines; Asterisk reads {HEADERS_MAX}")
    encoded = encode_message(lines)
    for (key, _), line in zip(lines, encoded.split(EOL.encode()), strict=False):
        if len(line) + len(EOL) > LINE_BYTES_MAX:
            raise ActionTooLong(
                f"line {key} of action {name!r} has {len(line)} bytes; Asterisk reads {LINE_BYTES_MAX}"
            )
    return encoded


def _field_lines(fields: Fields) -> Iterator[tuple[str, str]]:
    for key, value in fields.items():
        if isinstance(value, str):
            yield key, value
        else:
            yield from ((key, one) for one in value)


def safe_text(text: str, where: str) -> str:
    """Return `text`; raise `UnsafeText`, naming only `where`, if it would forge a line."""
    if _FORGES_A_LINE.search(text):
        raise UnsafeText(where)
    return text


def _safe_key(key: str) -> str:
    safe_text(key, "an AMI key")
    if not key or ":" in key:
        raise LocalAmiError(f"{key!r} is no AMI key: empty, or a colon in it")
    return key
