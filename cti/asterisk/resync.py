"""Taking up an Asterisk whose past we do not know: at the start, after a lost link, after lost events.

A snapshot is turned into the very AMI events that would have told it, and the same `Translator` reads
them: start, recovery and daily work are one path. Three list actions suffice. Status has each channel's
state, bridge, and our note; BridgeList says which bridges are waiting rooms; CoreStatus when Asterisk
was started. Where that differs from the last time, Asterisk was restarted and no former channel can
live, whatever it is called.

The snapshot races with events: those heard meanwhile are kept back and told after it, and `Translator`
takes each twice without harm. Nothing here does I/O.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.model.events import LegTagged
from core.model.ids import BridgeId, LegId
from cti.ami.wire import AmiMessage
from cti.asterisk.channels import Channel
from cti.asterisk.commands import TAG_VARIABLE
from cti.asterisk.translate import HOLDING

SNAPSHOT_ACTIONS: Mapping[str, Mapping[str, str]] = {
    "CoreStatus": {},
    "Status": {"Variables": TAG_VARIABLE},
    "BridgeList": {},
}
"""What to ask, in this order: a bridge named by Status existed before BridgeList was run."""

KEPT_BACK_MAX = 100_000
"""Events kept back during one snapshot; more means that it took seconds, and another is due."""

_NOTE = re.compile(rf"{TAG_VARIABLE}=(?P<tag>[A-Za-z0-9_.~%=&-]+)")
"""Status prints variables raw, so only what we can have written ourselves is read (capture s13)."""


@dataclass(slots=True)
class Snapshot:
    """What Asterisk answered so far, and the events heard since it was asked."""

    started: str = ""
    channels: Sequence[AmiMessage] = ()
    bridges: Sequence[AmiMessage] = ()
    kept_back: list[AmiMessage] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=lambda: {*SNAPSHOT_ACTIONS})

    @property
    def holding(self) -> frozenset[str]:
        """The bridges that are waiting rooms: who is in one hears nobody."""
        return frozenset(
            each["BridgeUniqueid"] for each in self.bridges if each["BridgeTechnology"] == HOLDING
        )

    def take(self, action: str, response: AmiMessage, entries: Sequence[AmiMessage]) -> bool:
        """Keep the answer to one of `SNAPSHOT_ACTIONS`; tell whether none is missing any more."""
        self.unanswered.discard(action)
        if action == "CoreStatus":
            self.started = f"{response['CoreStartupDate']} {response['CoreStartupTime']}"
        elif action == "Status":
            self.channels = entries
        else:
            self.bridges = entries
        return not self.unanswered


def missed_events(
    snapshot: Snapshot, known: Mapping[LegId, Channel], restarted: bool
) -> Iterator[AmiMessage]:
    """Yield the AMI events that lead from what is `known` to what the snapshot shows.

    `restarted` says that Asterisk is not the one of before: every known channel is gone.
    """
    rows = {LegId(row["Uniqueid"]): row for row in snapshot.channels}
    for leg_id in known:
        if restarted or leg_id not in rows:
            yield AmiMessage({"Event": "Hangup", "Uniqueid": leg_id, "Cause": "0"})
    for row in rows.values():
        yield AmiMessage({**row, "Event": "Newchannel"})
        yield AmiMessage({**row, "Event": "Newstate"})
    holding = snapshot.holding
    for leg_id, row in rows.items():
        before = None if restarted or leg_id not in known else known[leg_id].bridge_id
        yield from _moved(leg_id, before, "" if row["BridgeID"] in holding else row["BridgeID"])


def _moved(leg_id: LegId, before: BridgeId | None, now: str) -> Iterator[AmiMessage]:
    if before is not None and before != now:
        yield AmiMessage({"Event": "BridgeLeave", "Uniqueid": leg_id, "BridgeUniqueid": before})
    if now:
        yield AmiMessage({"Event": "BridgeEnter", "Uniqueid": leg_id, "BridgeUniqueid": now})


def notes(snapshot: Snapshot, legs: Sequence[LegId], now_us: int) -> Iterator[LegTagged]:
    """Yield the note that each of `legs` carries."""
    rows = {row["Uniqueid"]: row for row in snapshot.channels}
    for leg_id in legs:
        for variable in rows[leg_id].all("Variable") if leg_id in rows else ():
            note = _NOTE.fullmatch(variable)
            if note is not None:
                yield LegTagged(at_us=now_us, leg_id=leg_id, tag=note["tag"])
