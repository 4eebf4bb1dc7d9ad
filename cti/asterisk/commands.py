"""The engine's commands as AMI actions, with every text checked against what it may hold.

Pure: a command in, an `Action` out, or an error that says which text was refused: `UnsafeText` for CR,
LF and NUL, `PbxError` for what Asterisk would read as something else. Why so strict: a comma in
`Variable` begins another variable, `&` in `Channel` dials a second phone, a quote in either hides both
(manager.c), and an Originate is worth as much as the shell to whoever can shape it. A caller's number
and name are cleaned rather than refused, for a caller with an odd name is to be served as well.

Legs are named by their Uniqueid: Asterisk looks a channel up by name first and by Uniqueid second.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.kernel.errors import PbxError, UnsafeText
from core.model.commands import (
    HangUpLeg,
    MuteLeg,
    PickUpLeg,
    RingLeg,
    SuperviseLeg,
    TagLeg,
    TakeLeg,
    TransferLeg,
)
from core.model.detection import Detection
from core.model.ids import NO_LEG, LegId
from core.model.supervision import SupervisionMode
from core.model.tag import TAG_MAX_CHARS
from cti.asterisk.channels import LOCAL

TAG_VARIABLE = "GOLDLINE_TAG"
"""Where a leg's note stands."""
PEER_VARIABLE = "GOLDLINE_PEER"
"""Whom the leg joins, once answered or sent out of its dialogue: read by the dialplan's Bridge()."""

SPARES_VARIABLE = "GOLDLINE_SPARES"
"""Set where the leg that is joined is not to be hung up when the one that joins it leaves first."""
ROOM_VARIABLE = "GOLDLINE_ROOM"
"""The conference that the leg enters, once sent out of its dialogue."""

HEARS_VARIABLE = "GOLDLINE_HEARS"
SPEAKS_VARIABLE = "GOLDLINE_SPEAKS"
"""Whom a supervisor's leg hears, once sent out of its dialogue, and who hears it: read by ChanSpy()."""

SPYING: Mapping[SupervisionMode, str] = {
    SupervisionMode.LISTEN: "quE",
    SupervisionMode.WHISPER: "quEw",
    SupervisionMode.BARGE: "quEB",
}
"""ChanSpy's options: no beep, this very channel and no other, and an end when it ends (app_chanspy.c)."""

YES = "1"
DETECTION_VARIABLE = "GOLDLINE_DETECTION"
"""What AMD() listens for: its arguments in its order, with colons for commas."""

ENTRY, JUDGED_ENTRY, TAKEN_ENTRY, HEARING_ENTRY = "s", "judge", "taken", "hear"
"""Where an answered leg enters its context, at once or by way of AMD(); one taken from a bridge; and one that
is to hear another.
"""

_LEG_ID = re.compile(r"[A-Za-z0-9_.:-]{1,149}")
"""What a Uniqueid may look like; 149 characters is AST_MAX_PUBLIC_UNIQUEID."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9]*/[A-Za-z0-9_/@.:+*#;-]{1,200}")
"""Technology and resource, such as PJSIP/1001."""
_CHANNEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*/[A-Za-z0-9_/@.:+*#;-]{1,250}")
_CONTEXT = re.compile(r"[A-Za-z0-9_-]{1,79}")
_NUMBER = re.compile(r"[0-9+*#]{1,40}")
_KEYS = re.compile(r"[0-9A-D*#]{1,40}")
_TAG = re.compile(rf"[A-Za-z0-9_.~%=&-]{{0,{TAG_MAX_CHARS}}}")
"""What `core.model.tag` writes: nothing that Asterisk's Variable or its dialplan would take for its own."""

KEY_MS = 80
"""How long a key sounds: the shortest that every exchange takes (ITU-T Q.24 says 40 ms), and half of ours."""

_FORGES_A_LINE = re.compile(r"[\r\n\0]")
_NOT_IN_NUMBER = re.compile(r"[^A-Za-z0-9+*#._-]")
_NOT_IN_NAME = re.compile(r'[\x00-\x1f\x7f"<>\\]')
_NUMBER_SHOWN_MAX = 40
_NAME_SHOWN_MAX = 80
"""Longer ones are cut by phones anyway, and the AMI line has room for 1,024 bytes in all."""


@dataclass(frozen=True, slots=True)
class Action:
    """One AMI action without its id."""

    name: str
    fields: Mapping[str, str | Sequence[str]]


def originate(command: RingLeg, context: str, peer_name: str = "") -> Action:
    """Return the Originate that rings the phone and, when answered, runs `context`.

    That is where agents' legs join `peer_name`, or, without one, where callers come into our hands.
    """
    variables = [f"{TAG_VARIABLE}={checked_tag(command.tag)}"]
    if peer_name:
        variables.insert(0, f"{PEER_VARIABLE}={checked_peer(peer_name)}")
    if command.spares:
        variables.append(f"{SPARES_VARIABLE}={YES}")
    if command.detect_machine is not None:
        variables.append(f"{DETECTION_VARIABLE}={_listened_for(command.detect_machine)}")
    return Action(
        "Originate",
        {
            "Channel": _dialable(command.address),
            "ChannelId": _leg_id(command.leg_id),
            "Context": _checked(_CONTEXT, context, "the context"),
            "Exten": ENTRY if command.detect_machine is None else JUDGED_ENTRY,
            "Priority": "1",
            "Timeout": str(max(1, command.ring_timeout_us // 1_000)),
            "CallerID": _caller_id(command.caller_name, command.caller_number),
            "Variable": variables,
            # A synchronous Originate blocks its session until the phone is answered (capture s07).
            "Async": "true",
        },
    )


def hang_up(command: HangUpLeg) -> Action:
    """Return the Hangup of the leg with the command's cause."""
    return Action("Hangup", {"Channel": _leg_id(command.leg_id), "Cause": str(int(command.cause))})


def set_tag(command: TagLeg) -> Action:
    """Return the Setvar that leaves our note on the leg."""
    return Action(
        "Setvar",
        {"Channel": _leg_id(command.leg_id), "Variable": TAG_VARIABLE, "Value": checked_tag(command.tag)},
    )


def redirect(command: TransferLeg, context: str) -> Action:
    """Return the Redirect of the leg to the number in `context`."""
    return Action(
        "Redirect",
        {
            "Channel": _leg_id(command.leg_id),
            "Context": _checked(_CONTEXT, context, "the context"),
            "Exten": checked_number(command.number),
            "Priority": "1",
        },
    )


def take(command: TakeLeg, context: str) -> Action:
    """Return the Redirect of the leg, and of the other in the same instant, into our hands.

    Of a pair the one that was joined comes first: Asterisk sends it off before the bridge dissolves, and
    holds the one that runs Bridge() back until it knows where that is to go (measured on 22.10).
    """
    fields = {
        "Channel": _leg_id(command.leg_id),
        "Context": _checked(_CONTEXT, context, "the context"),
        "Exten": TAKEN_ENTRY,
        "Priority": "1",
    }
    if command.together_with != NO_LEG:
        fields["ExtraChannel"] = _leg_id(command.together_with)
    return Action("Redirect", fields)


def hear(command: SuperviseLeg, name: str, context: str) -> list[Action]:
    """Return what makes a leg that hears somebody hear `name`, or otherwise than before."""
    leg_id = _leg_id(command.leg_id)
    values = {HEARS_VARIABLE: checked_peer(name), SPEAKS_VARIABLE: SPYING[command.mode]}
    settings = [
        Action("Setvar", {"Channel": leg_id, "Variable": variable, "Value": value})
        for variable, value in values.items()
    ]
    context = _checked(_CONTEXT, context, "the context")
    place = {"Context": context, "Exten": HEARING_ENTRY, "Priority": "1"}
    return [*settings, Action("Redirect", {"Channel": leg_id, **place})]


def pick_up(command: PickUpLeg, name: str) -> Action:
    """Return the NOTIFY within the call that desk phones answer the handset by (event package `talk`)."""
    return Action("PJSIPNotify", {"Channel": checked_peer(name), "Variable": "Event=talk"})


def mute(command: MuteLeg) -> Action:
    """Return the Setvar of the function by which nothing of what the party says gets in.

    The action MuteAudio does the same and asks for the class `system`.
    """
    value = "on" if command.is_muted else "off"
    return Action("Setvar", {"Channel": _leg_id(command.leg_id), "Variable": "MUTEAUDIO(in)", "Value": value})


def play_key(leg_id: LegId, key: str) -> Action:
    """Return the action that plays one key to the leg's party; it keeps its session while it sounds."""
    return Action("PlayDTMF", {"Channel": _leg_id(leg_id), "Digit": key, "Duration": str(KEY_MS)})


def _listened_for(detection: Detection) -> str:
    arguments = (
        detection.initial_silence_ms,
        detection.greeting_ms,
        detection.silence_ms,
        detection.total_ms,
        detection.word_ms,
        detection.pause_ms,
        detection.words_max,
        detection.loudness,
        detection.word_max_ms,
    )
    return ":".join(map(str, arguments))


def checked_number(number: str) -> str:
    """Return `number` if it is one that may be dialed; raise otherwise."""
    return _checked(_NUMBER, number, "the number")


def checked_peer(name: str) -> str:
    """Return `name` if it is one that a channel may bear; raise otherwise."""
    return _checked(_CHANNEL_NAME, name, "the name of the channel to join")


def checked_room(room: str) -> str:
    """Return `room` if a conference may be called so; raise otherwise."""
    return _checked(_LEG_ID, room, "the name of the conference")


def checked_keys(keys: str) -> str:
    """Return `keys` if they are such as a phone has; raise otherwise."""
    return _checked(_KEYS, keys, "the keys")


def checked_tag(tag: str) -> str:
    """Return `tag` if it is one that `core.model.tag` can have written; raise otherwise."""
    return _checked(_TAG, tag, "the tag")


def _leg_id(leg_id: LegId) -> str:
    return _checked(_LEG_ID, leg_id, "the leg's id")


def _dialable(address: str) -> str:
    """Return the address; a Local one keeps both halves (`/n`), for its first half is the leg we know."""
    checked = _checked(_ADDRESS, address, "the address")
    return f"{checked}/n" if checked.startswith(LOCAL) and not checked.endswith("/n") else checked


def _caller_id(name: str, number: str) -> str:
    for text, what in ((name, "the caller's name"), (number, "the caller's number")):
        if _FORGES_A_LINE.search(text):
            raise UnsafeText(what)
    shown_name = _NOT_IN_NAME.sub("", name)[:_NAME_SHOWN_MAX]
    shown_number = _NOT_IN_NUMBER.sub("", number)[:_NUMBER_SHOWN_MAX]
    return f'"{shown_name}" <{shown_number}>'


def _checked(allowed: re.Pattern[str], text: str, what: str) -> str:
    if _FORGES_A_LINE.search(text):
        raise UnsafeText(what)
    if not allowed.fullmatch(text):
        raise PbxError(f"{what} is {text!r}; allowed is {allowed.pattern}")
    return text
