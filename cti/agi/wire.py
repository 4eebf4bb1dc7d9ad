"""The bytes of FastAGI, both ways: no socket, no clock, no state of the conversation.

Asterisk opens with its environment (`agi_name: value` lines, then an empty line) and afterwards sends one
reply for each command, or the line `HANGUP`. It writes values as they are, with nothing encoded (Asterisk
22.10 sends a caller named `%20 "x"` in just these characters), so a name that repeats can only be forged
and ends the conversation. Commands are words, quoted here so that no value can become two arguments.

The simulated Asterisk uses the other half: `encode_environment`, `encode_reply`, `decode_command`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.kernel.errors import PbxError, UnsafeText

LINE_MAX_BYTES = 16_384
"""The longest line we ask for is our note, twice percent-encoded: under 3,000 bytes."""
ENVIRONMENT_MAX_BYTES = 16_384
"""A whole environment of Asterisk 22 measures 600 bytes; only a caller's name or an argument adds to it."""
USAGE_MAX_LINES = 200
"""Lines of one 520 reply, which prints the documentation of the command."""
COMMAND_MAX_BYTES = 2_000
"""Asterisk before July 2025 reads 2,048 bytes; a newer one splits a line over 8,192 into two commands."""

HANGUP_LINE = "HANGUP"
DEAD_CHANNEL = 511
"""The reply code for a command that needs a live channel when there is none any more."""

_RESULT = re.compile(r"result=(?P<result>\S*)(?: \((?P<note>.*)\))?(?: endpos=(?P<endpos>\d+))?")
_WORD = re.compile(r'(?:\\.?|"(?:\\.?|[^"\\])*(?:"|$)|[^ \t"\\])+', re.DOTALL)
_ESCAPED = re.compile(r'\\(.?)|"', re.DOTALL)
_UNSAFE = re.compile(r"[\r\n\0]")


class AgiBroken(PbxError):
    """The far side sent what is not FastAGI, or more of it than a limit allows."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What Asterisk tells of the channel; `values` has names such as `agi_uniqueid`. It holds our token."""

    values: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: `200 result=RESULT (NOTE) endpos=ENDPOS`, or another code with its text as the note."""

    code: int
    result: str = ""
    note: str | None = None
    endpos: int | None = None

    @property
    def succeeded(self) -> bool:
        """Tell whether the command was carried out: 200, and not the -1 of a failure or a hang-up."""
        return self.code == 200 and self.result != "-1"


@dataclass(frozen=True, slots=True)
class Hangup:
    """The channel is leaving us: hung up, redirected or bridged away."""


Message = Environment | Reply | Hangup


def refuse_unsafe(where: str, text: str) -> None:
    """Raise `UnsafeText` where `text` has a character that ends a line or cuts it."""
    if _UNSAFE.search(text):
        raise UnsafeText(where)


def encode_command(verb: str, *arguments: str) -> bytes:
    """Return the line for `verb` with each argument as exactly one word, whatever it contains.

    Raise `UnsafeText` for CR, LF or NUL, and `PbxError` for a line longer than Asterisk reads.
    """
    for text in (verb, *arguments):
        refuse_unsafe(f"FastAGI command {verb.split()[:1]}", text)
    line = " ".join([verb, *map(_quoted, arguments)]).encode("utf-8", "replace") + b"\n"
    if len(line) > COMMAND_MAX_BYTES:
        raise PbxError(f"a FastAGI command has {len(line)} bytes; {COMMAND_MAX_BYTES} fit a line")
    return line


def decode_command(line: str) -> list[str]:
    """Return the words of a command line as Asterisk's `parse_args` (res_agi.c) sees them."""
    return [_ESCAPED.sub(lambda found: found[1] or "", word) for word in _WORD.findall(line)]


def encode_environment(values: Mapping[str, str]) -> bytes:
    """Return the opening lines for `values`; raise `UnsafeText` where one would forge a line."""
    for name, value in values.items():
        refuse_unsafe(name, name + value)
    lines = [f"{name}: {value}\n" for name, value in values.items()]
    return "".join([*lines, "\n"]).encode("utf-8", "replace")


def encode_reply(reply: Reply) -> bytes:
    """Return the line of `reply`; raise `UnsafeText` where its note would forge another."""
    refuse_unsafe("FastAGI reply", reply.result + (reply.note or ""))
    if reply.code != 200:
        return f"{reply.code} {reply.note or ''}\n".encode("utf-8", "replace")
    note = "" if reply.note is None else f" ({reply.note})"
    endpos = "" if reply.endpos is None else f" endpos={reply.endpos}"
    return f"200 result={reply.result}{note}{endpos}\n".encode("utf-8", "replace")


class Decoder:
    """Turn what Asterisk sends, split anywhere, into messages; raise `AgiBroken` for anything else."""

    def __init__(self, environment_max_bytes: int = ENVIRONMENT_MAX_BYTES) -> None:
        self._environment_bytes_left = environment_max_bytes
        # The values so far while the environment lasts, None afterwards.
        self._values: dict[str, str] | None = {}
        # The unfinished last line.
        self._rest = b""
        # How many more lines the 520 reply under way may have; None outside of one.
        self._usage_lines_left: int | None = None

    def feed(self, chunk: bytes) -> list[Message]:
        """Return the messages that `chunk` completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        messages = [message for line in lines if (message := self._read(line)) is not None]
        if len(self._rest) > self._line_limit():
            raise AgiBroken(f"a line of more than {self._line_limit()} bytes")
        return messages

    def _line_limit(self) -> int:
        return LINE_MAX_BYTES if self._values is None else self._environment_bytes_left

    def _read(self, line: bytes) -> Message | None:
        if len(line) > self._line_limit():
            raise AgiBroken(f"a line of more than {self._line_limit()} bytes")
        text = line.decode("utf-8", "replace").removesuffix("\r")
        if self._values is not None:
            return self._read_environment(self._values, text, len(line) + 1)
        if self._usage_lines_left is not None:
            return self._read_usage(text)
        return self._read_reply(text)

    def _read_environment(self, values: dict[str, str], text: str, size: int) -> Environment | None:
        self._environment_bytes_left -= size
        if not text:
            self._values = None
            return Environment(values)
        name, colon, value = text.partition(":")
        if not colon or not name.startswith("agi_") or name in values:
            raise AgiBroken("an environment line without a name of its own")
        values[name] = value.removeprefix(" ")
        return None

    def _read_usage(self, text: str) -> Reply | None:
        assert self._usage_lines_left is not None
        self._usage_lines_left -= 1
        if text.startswith("520 "):
            self._usage_lines_left = None
            return Reply(520, note=text[4:])
        if self._usage_lines_left == 0:
            raise AgiBroken(f"a 520 reply of more than {USAGE_MAX_LINES} lines")
        return None

    def _read_reply(self, text: str) -> Reply | Hangup | None:
        if text == HANGUP_LINE:
            return Hangup()
        if text.startswith("520-"):
            self._usage_lines_left = USAGE_MAX_LINES
            return None
        code, _, rest = text.partition(" ")
        if len(code) != 3 or not (code.isascii() and code.isdigit()):
            raise AgiBroken("a line that is neither a reply nor HANGUP")
        return _reply(int(code), rest)


def _reply(code: int, rest: str) -> Reply:
    if code != 200:
        return Reply(code, note=rest)
    match = _RESULT.fullmatch(rest)
    if match is None:
        raise AgiBroken("a 200 reply without a result")
    endpos = match["endpos"]
    return Reply(200, match["result"], match["note"], None if endpos is None else int(endpos))


def _quoted(argument: str) -> str:
    escaped = argument.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
