"""Who talked with whom, from when to when: once as Asterisk told a passive observer, once by the ledger.

Two accounts of the same conversations that share no code: one is folded from raw bridge events with the
times Asterisk stamped them with, the other read from Goldline's database. Tests hold them side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.services.ami_observer import Message

TRUNK = "trunk"


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation of the caller on channel `leg_id` with the phone `extension`, in seconds since 1970."""

    leg_id: str
    extension: str
    begun_s: float
    ended_s: float

    def agrees_with(self, other: Talk, within_s: float) -> bool:
        """Tell whether both tell of the same two parties, of the same time and length."""
        same_parties = (self.leg_id, self.extension) == (other.leg_id, other.extension)
        begun_apart_s = abs(self.begun_s - other.begun_s)
        lengths_apart_s = abs((self.ended_s - self.begun_s) - (other.ended_s - other.begun_s))
        return same_parties and max(begun_apart_s, lengths_apart_s) <= within_s


def observed_talks(events: Iterable[Message]) -> list[Talk]:
    """Return the finished conversations of two that Asterisk's events tell of, in the order they ended."""
    inside: dict[str, dict[str, Message]] = {}
    talks: list[Talk] = []
    for event in events:
        if event["Event"] not in ("BridgeEnter", "BridgeLeave"):
            continue
        members = inside.setdefault(event["BridgeUniqueid"], {})
        if event["Event"] == "BridgeEnter":
            members[event["Uniqueid"]] = event
        else:
            if len(members) == 2:
                talks.append(_talk(members, event))
            members.pop(event["Uniqueid"], None)
    return talks


def recorded_talks(ledger: Iterable[Mapping[str, Any]], seats: Mapping[str, str]) -> list[Talk]:
    """Return the same as the ledger has them; `seats` maps agents to their extensions."""
    legs: dict[str, str] = {}
    begun_us: dict[str, int] = {}
    talks: list[Talk] = []
    for event in ledger:
        contact = event.get("contact_id", "")
        match event["kind"]:
            case "ContactArrived":
                legs[contact] = event["leg_id"]
            case "ContactConnected":
                begun_us[contact] = event["at_us"]
            case "TalkEnded":
                seat = seats[event["agent_id"]]
                ended_us = begun_us[contact] + event["talked_us"]
                talks.append(Talk(legs[contact], seat, begun_us[contact] / 1e6, ended_us / 1e6))
    return talks


def disagreements(
    observed: Iterable[Talk], recorded: Iterable[Talk], within_s: float
) -> list[tuple[Talk | None, Talk | None]]:
    """Return the conversations that the two accounts tell differently, or that one of them lacks."""
    theirs = {talk.leg_id: talk for talk in observed}
    ours = {talk.leg_id: talk for talk in recorded}
    pairs = [(theirs.get(leg_id), ours.get(leg_id)) for leg_id in sorted(theirs | ours)]
    return [(seen, told) for seen, told in pairs if not (seen and told and seen.agrees_with(told, within_s))]


def extension_of(channel: str) -> str:
    """Return the endpoint of a SIP channel's name: `1001` of `PJSIP/1001-0000002a`."""
    return channel.removeprefix("PJSIP/").rpartition("-")[0]


def stamped_s(event: Message) -> float:
    """Return when Asterisk sent `event`, in seconds since 1970."""
    return float(event["Timestamp"])


def _talk(members: Mapping[str, Message], left: Message) -> Talk:
    caller, phone = sorted(members.values(), key=lambda entered: extension_of(entered["Channel"]) != TRUNK)
    begun_s = max(stamped_s(caller), stamped_s(phone))
    return Talk(caller["Uniqueid"], extension_of(phone["Channel"]), begun_s, stamped_s(left))
