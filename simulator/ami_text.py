"""How Asterisk 22 writes channels, bridges and dialings into AMI messages: pure functions to lines.

A value that a caller can influence is written as Asterisk writes it: raw in most places, escaped in
VarSet. A raw line end is therefore possible in Status and Getvar, just as in the original.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from core.kernel.clock import SECOND_US
from core.model.causes import Cause
from simulator.channel import Bridge, Channel, ChannelState

Lines = list[tuple[str, str]]

EOL = "\r\n"
UNKNOWN = "<unknown>"
AMI_VERSION = "11.0.0"
ASTERISK_VERSION = "22.10.1"
BANNER = f"Asterisk Call Manager/{AMI_VERSION}\r\n".encode()

STATE_WORDS = {
    ChannelState.DOWN: "Down",
    ChannelState.RING: "Ring",
    ChannelState.RINGING: "Ringing",
    ChannelState.UP: "Up",
}

CAUSE_WORDS = {
    Cause.UNKNOWN: "Unknown",
    Cause.UNALLOCATED: "Unallocated (unassigned) number",
    Cause.NORMAL_CLEARING: "Normal Clearing",
    Cause.BUSY: "User busy",
    Cause.NO_USER_RESPONSE: "No user responding",
    Cause.NO_ANSWER: "User alerting, no answer",
    Cause.SUBSCRIBER_ABSENT: "Subscriber absent",
    Cause.REJECTED: "Call Rejected",
    Cause.ANSWERED_ELSEWHERE: "Answered elsewhere",
    Cause.CONGESTION: "Circuit/channel congestion",
}

_ESCAPES = str.maketrans(dict(zip("\a\b\f\n\r\t\v\\'\"?", [f"\\{c}" for c in "abfnrtv\\'\"?"], strict=True)))
"""What main/utils.c ast_escape_c escapes, and how."""


def message(lines: Iterable[tuple[str, str]]) -> bytes:
    """Return one message of `lines`, as they are."""
    text = "".join(f"{key}: {value}{EOL}" for key, value in lines)
    return (text + EOL).encode("utf-8", "replace")


def channel_lines(channel: Channel, prefix: str = "") -> Lines:
    """Return the snapshot of a channel that nearly every event carries."""
    lines = [
        ("Channel", channel.name),
        ("ChannelState", str(int(channel.state))),
        ("ChannelStateDesc", STATE_WORDS[channel.state]),
        ("CallerIDNum", channel.caller_number or UNKNOWN),
        ("CallerIDName", channel.caller_name or UNKNOWN),
        ("ConnectedLineNum", channel.connected_number or UNKNOWN),
        ("ConnectedLineName", channel.connected_name or UNKNOWN),
        ("Language", channel.language),
        ("AccountCode", ""),
        ("Context", channel.context),
        ("Exten", channel.exten),
        ("Priority", str(channel.priority)),
        ("Uniqueid", channel.uniqueid),
        ("Linkedid", channel.linkedid),
    ]
    return [(prefix + key, value) for key, value in lines]


def bridge_lines(bridge: Bridge) -> Lines:
    """Return the snapshot of a bridge."""
    return [
        ("BridgeUniqueid", bridge.uniqueid),
        ("BridgeType", "basic"),
        ("BridgeTechnology", "simple_bridge"),
        ("BridgeCreator", UNKNOWN),
        ("BridgeName", UNKNOWN),
        ("BridgeNumChannels", str(len(bridge.channels))),
        ("BridgeVideoSourceMode", "none"),
    ]


def dial_lines(channel: Channel, dialer: Channel | None) -> Lines:
    """Return who dials whom; an Originate names no dialer."""
    return [*(channel_lines(dialer) if dialer else []), *channel_lines(channel, "Dest")]


def cause_lines(cause: int, tech_cause: int) -> Lines:
    """Return the end of a channel; the status of its signalling stands there only where there was one."""
    words = {int(known): text for known, text in CAUSE_WORDS.items()}
    signalled = [("TechCause", str(tech_cause))] if tech_cause else []
    return [("Cause", str(int(cause))), ("Cause-txt", words.get(cause, "Unknown")), *signalled]


def escaped(value: str) -> str:
    """Return a variable's value as VarSet writes it, on one line whatever it holds."""
    return value.translate(_ESCAPES)


def status_lines(channel: Channel, now_us: int, variables: Iterable[str]) -> Lines:
    """Return the entry of `channel` in the answer to Status, with the asked variables raw."""
    return [
        *channel_lines(channel),
        ("Type", channel.address.partition("/")[0]),
        ("DNID", channel.dialed_number),
        ("TimeToHangup", "0"),
        ("BridgeID", channel.bridge.uniqueid if channel.bridge else ""),
        ("Application", channel.application),
        ("Data", channel.application_arguments),
        ("Seconds", str((now_us - channel.created_us) // SECOND_US)),
        *(("Variable", f"{name}={channel.variables.get(name, '(null)')}") for name in variables),
    ]


def core_channel_lines(channel: Channel, now_us: int) -> Lines:
    """Return the entry of `channel` in the answer to CoreShowChannels."""
    return [
        *channel_lines(channel),
        ("BridgeId", channel.bridge.uniqueid if channel.bridge else ""),
        ("Application", channel.application),
        ("ApplicationData", channel.application_arguments),
        ("Duration", _clock((now_us - channel.created_us) // SECOND_US)),
    ]


def day_and_time(at_us: int) -> tuple[str, str]:
    """Return the instant as CoreStatus writes one."""
    moment = datetime.fromtimestamp(at_us / SECOND_US, UTC)
    return moment.strftime("%Y-%m-%d"), moment.strftime("%H:%M:%S")


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
