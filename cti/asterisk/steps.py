"""Each step of a dialogue as the FastAGI commands that carry it out.

A script is a generator: it yields one command, is sent the reply, and returns how the step ended. It knows
no link and no clock, and all its texts are checked before its first command. A new step simply drops the
script of the one before; a caller who hangs up is not its business either.

Tried on Asterisk 22.10: a hang-up gives `result=-1` first and the line HANGUP after it, and so does a
missing file without the HANGUP. A script therefore asks one more thing after a -1: if the caller has gone,
that question is never answered, and otherwise it was the file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from core.kernel.errors import InvariantBroken, PbxError
from core.model.commands import (
    AnswerLeg,
    AwaitSilence,
    CollectDigits,
    DialogueStep,
    PlayMusic,
    PlayPrompt,
    RecordMessage,
)
from core.model.prompts import Part, Prompt, SayDate, SayDigits, SayNumber, Sound
from cti.agi.wire import Reply, encode_command, refuse_unsafe

Outcome = Literal["done", "timeout", "hangup", "failed"]

ANY_KEY = "0123456789*#"
SECOND_MS = 1_000

_PATH = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
"""A recording's name: neither absolute nor upwards, and no extension."""
_NAME = re.compile(r"[A-Za-z0-9_-]+")
_DIGITS = re.compile(r"[0-9]+")
_KEYS = re.compile(r"[0-9*#]*")

MUSIC_OFF = encode_command("SET MUSIC", "OFF")
STILL_THERE = encode_command("CHANNEL STATUS")


@dataclass(frozen=True, slots=True)
class StepResult:
    """How a step ended; `missing` names the recordings that could not be played."""

    outcome: Outcome
    digits: str = ""
    missing: tuple[str, ...] = ()


Script = Generator[bytes, Reply, StepResult]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One part of a prompt as a command, and what to call it where it is missing."""

    name: str
    command: bytes


def script_of(step: DialogueStep, recordings_folder: str, recording_format: str) -> Script:
    """Return the script of `step`; raise `UnsafeText` or `PbxError` for a text that may not go out."""
    match step:
        case AnswerLeg():
            # Replies half a second later where no media comes: ast_answer waits for some (channel.c).
            return _all(encode_command("ANSWER"))
        case AwaitSilence():
            return _await_silence(step)
        case PlayMusic():
            return _all(encode_command("SET MUSIC", "ON", _checked(_NAME, step.music, "the music class")))
        case PlayPrompt():
            return _play(_spoken(step.prompt, _checked(_KEYS, step.stop_digits, "the stop digits")))
        case CollectDigits():
            return _collect(step, _spoken(step.prompt, ANY_KEY))
        case RecordMessage():
            return _record(_record_command(step, recordings_folder, recording_format))
    raise InvariantBroken(f"no script for the step {type(step).__name__}")


def leaving(context: str, number: str) -> Script:
    """Return the script that points the dialplan at `number` in `context`, where it goes on once we close."""
    return _all(
        encode_command("SET CONTEXT", _checked(_NAME, context, "the context")),
        encode_command("SET EXTENSION", number),
        encode_command("SET PRIORITY", "1"),
    )


def setting(**variables: str) -> Script:
    """Return the script that sets variables of ours, for the dialplan to read once we close."""
    return _all(*(encode_command("SET VARIABLE", name, value) for name, value in variables.items()))


def set_language(code: str) -> bytes:
    """Return the command that makes the channel speak the Asterisk language `code`."""
    return encode_command("SET VARIABLE", "CHANNEL(language)", _checked(_NAME, code, "the language"))


def after(command: bytes, done: Callable[[], None], script: Script) -> Script:
    """Return `script` behind one more command; `done` is called once that is carried out."""
    yield command
    done()
    return (yield from script)


def _all(*commands: bytes) -> Script:
    for command in commands:
        reply = yield command
        if not reply.succeeded:
            yield STILL_THERE
            return StepResult("failed")
    return StepResult("done")


def _play(parts: Sequence[Spoken]) -> Script:
    missing: list[str] = []
    key = yield from _speak(parts, missing)
    return StepResult("failed" if missing else "done", key, tuple(missing))


def _collect(step: CollectDigits, parts: Sequence[Spoken]) -> Script:
    """Collect keys; a recording that is missing is told, but does not undo what the caller keyed in."""
    missing: list[str] = []
    keys = yield from _speak(parts, missing)
    while not _complete(keys, step):
        timeout_us = step.next_timeout_us if keys else step.first_timeout_us
        reply = yield encode_command("WAIT FOR DIGIT", str(timeout_us // SECOND_MS))
        if not reply.succeeded:
            yield STILL_THERE
            return StepResult("failed", keys, tuple(missing))
        if not (key := _key(reply)):
            break
        keys += key
    digits = keys[:-1] if _ends(keys, step) else keys
    return StepResult("done" if digits else "timeout", digits, tuple(missing))


def _complete(keys: str, step: CollectDigits) -> bool:
    return len(keys) >= step.digits_max or _ends(keys, step)


def _ends(keys: str, step: CollectDigits) -> bool:
    return keys != "" and keys[-1] in step.terminators


def _record(command: bytes) -> Script:
    reply = yield command
    if not reply.succeeded:
        yield STILL_THERE
        return StepResult("failed")
    # Silence and the greatest length both end with the note "timeout" (RECORD FILE, res_agi.c).
    return StepResult("timeout" if reply.note == "timeout" else "done")


def _await_silence(step: AwaitSilence) -> Script:
    """Listen by WaitForSilence(), whose verdict stands in a variable of Asterisk's own."""
    limit_s = max(1, step.limit_us // 1_000_000)
    arguments = f"{max(1, step.silence_us // SECOND_MS)},1,{limit_s}"
    reply = yield encode_command("EXEC", "WaitForSilence", arguments)
    if reply.result != "0":
        yield STILL_THERE
        return StepResult("failed")
    verdict = yield encode_command("GET VARIABLE", "WAITSTATUS")
    return StepResult("done" if verdict.note == "SILENCE" else "timeout")


def _speak(parts: Sequence[Spoken], missing: list[str]) -> Generator[bytes, Reply, str]:
    """Play the parts until a key is pressed and return that key, or nothing; note what is missing."""
    for part in parts:
        reply = yield part.command
        if not reply.succeeded:
            yield STILL_THERE
            missing.append(part.name)
        elif key := _key(reply):
            return key
    return ""


def _key(reply: Reply) -> str:
    """Return the key that ended the command: its result is the key's ASCII code, 0 for none."""
    code = int(reply.result) if _DIGITS.fullmatch(reply.result) else 0
    return chr(code) if code < 128 and chr(code) in ANY_KEY else ""


def _spoken(prompt: Prompt, stop_digits: str) -> list[Spoken]:
    return [_spoken_part(part, stop_digits) for part in prompt]


def _spoken_part(part: Part, stop_digits: str) -> Spoken:
    match part:
        case Sound(name):
            _checked(_PATH, name, "the recording")
            return Spoken(name, encode_command("STREAM FILE", name, stop_digits))
        case SayNumber(number):
            return Spoken("(number)", encode_command("SAY NUMBER", str(number), stop_digits))
        case SayDigits(digits):
            _checked(_DIGITS, digits, "the digits to say")
            return Spoken("(digits)", encode_command("SAY DIGITS", digits, stop_digits))
        case SayDate(epoch_s):
            return Spoken("(date)", encode_command("SAY DATE", str(epoch_s), stop_digits))


def _record_command(step: RecordMessage, folder: str, audio_format: str) -> bytes:
    name = _checked(_NAME, step.recording, "the recording")
    keys = _checked(_KEYS, step.terminators, "the terminators")
    duration_ms = str(max(1, step.duration_max_us // SECOND_MS))
    # RECORD FILE takes whole seconds of silence; none at all means that silence does not end it.
    silence_s = -(-step.silence_us // 1_000_000)
    silence = [f"s={silence_s}"] if silence_s else []
    return encode_command(
        "RECORD FILE", f"{folder}/{name}", audio_format, keys, duration_ms, "BEEP", *silence
    )


def _checked(allowed: re.Pattern[str], text: str, what: str) -> str:
    refuse_unsafe(what, text)
    if not allowed.fullmatch(text):
        raise PbxError(f"{what} is {text!r}; allowed is {allowed.pattern}")
    return text
