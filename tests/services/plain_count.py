"""A day's numbers as the documents define them, counted from the rows of the database and nothing else.

No code of `metrics` or `web` takes part: what boards, reports and Prometheus tell is held against this.
Rows are read by plain SQL, a contact's course is the list of its events, and each number is one sentence.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Row = dict[str, Any]
SHORT_US = 5_000_000
"""Who hangs up sooner has left almost at once."""
HANDLING = ("reserved", "on_contact", "wrap_up")
HANDLED = "closed"


@dataclass
class Call:
    """One call: its day and its first queue, and what became of it. Waits are microseconds."""

    arrived_us: int
    queue: str = ""
    tier: str = ""
    asked_us: int = 0
    stood_us: int = 0
    answered_us: int | None = None
    left_us: int | None = None
    fate: str = ""

    @property
    def waited_us(self) -> int:
        """Return how long it stood in line, from the first one on."""
        return (self.answered_us or self.left_us or 0) - self.stood_us


@dataclass
class Group:
    """Calls of a queue, a tier, an interval, or of all of these."""

    calls: list[Call] = field(default_factory=list)
    handled: list[Row] = field(default_factory=list)

    def count(self, fate: str) -> int:
        return sum(call.fate == fate for call in self.calls)

    def figures(self, promised_us: Mapping[str, int]) -> dict[str, Any]:
        """Return the figures by the names that the API has for them."""
        answered = [call for call in self.calls if call.answered_us is not None]
        abandoned = [call for call in self.calls if call.fate == "abandoned"]
        waits = sorted(call.waited_us for call in answered)
        in_time = sum(call.waited_us <= promised_us[call.queue] for call in answered)
        early = sum(call.waited_us <= promised_us[call.queue] for call in abandoned)
        short = sum(call.waited_us < SHORT_US for call in abandoned)
        a, b = len(answered), len(abandoned)
        return {
            "offered": len(self.calls),
            "answered": a,
            "abandoned": b,
            "blocked": self.count("blocked"),
            "elsewhere": self.count("elsewhere"),
            "service_levels": {
                "all_count": share(in_time, a + b),
                "abandoned_excluded": share(in_time, a),
                "short_abandons_excluded": share(in_time, a + b - short),
                "late_abandons_only": share(in_time, a + b - early),
                "early_abandons_met": share(in_time + early, a + b),
            },
            "abandoned_share": share(b - short, a + b - short),
            "mean_wait_seconds": share(sum(waits) / 1e6, a),
            "p95_wait_seconds": waits[max(0, ceil(0.95 * a) - 1)] / 1e6 if a else None,
            "mean_handle_seconds": share(sum(map(handle_us, self.handled)) / 1e6, len(self.handled)),
        }


def share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def handle_us(row: Row) -> int:
    """Return talk, hold and wrap-up together."""
    return int(row["talk_us"]) + int(row["hold_us"]) + int(row["wrap_up_us"])


class PlainCount:
    """What the database in `file` holds, by days of `zone`."""

    def __init__(self, file: Path, zone: ZoneInfo) -> None:
        self.zone = zone
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            told = database.execute("SELECT kind, at_us, body FROM ledger_event ORDER BY run, sequence")
            self.events: list[Row] = [
                json.loads(row["body"]) | {"kind": row["kind"], "at_us": row["at_us"]} for row in told
            ]
            self.records: list[Row] = [dict(row) for row in database.execute("SELECT * FROM interaction")]
            self.attempts: list[Row] = [dict(row) for row in database.execute("SELECT * FROM attempt")]
        self._courses: dict[str, list[Row]] = {}
        for event in self.events:
            if event.get("contact_id"):
                self._courses.setdefault(event["contact_id"], []).append(event)

    def of_kind(self, kind: str) -> list[Row]:
        return [event for event in self.events if event["kind"] == kind]

    def of_contact(self, contact_id: str, kind: str) -> list[Row]:
        return [event for event in self._courses[contact_id] if event["kind"] == kind]

    def span_us(self, day: date) -> tuple[int, int]:
        """Return when the day begins and ends."""
        return tuple(  # type: ignore[return-value]
            int(datetime(each.year, each.month, each.day, tzinfo=self.zone).timestamp()) * 1_000_000
            for each in (day, day + timedelta(days=1))
        )

    def day_of(self, at_us: int) -> date:
        return datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(self.zone).date()

    # --- calls ----------------------------------------------------------------------------------------

    def calls(self, day: date) -> dict[str, Call]:
        """Return the calls that asked for a queue, of those that arrived on the day."""
        found: dict[str, Call] = {}
        for contact_id, course in self._courses.items():
            arrived = next((event for event in course if event["kind"] == "ContactArrived"), None)
            if arrived is None or arrived.get("channel", "voice") != "voice":
                continue
            if self.day_of(arrived["at_us"]) == day:
                call = call_of(course)
                if call.fate:
                    found[contact_id] = call
        return found

    def arrivals(self, day: date) -> Counter[str]:
        """Return how many came on the day, whom no agent passed on, by what they did before any queue."""
        arrived = [e for e in self.of_kind("ContactArrived") if self.day_of(e["at_us"]) == day]
        new = [
            e["contact_id"] for e in arrived if not e.get("after") and e.get("channel", "voice") == "voice"
        ]
        asked = self.calls(day)
        return Counter(
            "asked for a queue"
            if contact_id in asked
            else "left the menu"
            if self.of_contact(contact_id, "ContactAbandoned")
            else "served by the menu"
            for contact_id in new
        )

    def group(
        self,
        day: date,
        *,
        queue: str | None = None,
        tier: str | None = None,
        span: tuple[int, int] | None = None,
    ) -> Group:
        """Return the calls of the day, or those of a queue, of a tier, that asked in a `span` of it."""
        group = Group()
        records = {row["contact_id"]: row for row in self.records}
        for contact_id, call in self.calls(day).items():
            if queue not in (None, call.queue) or tier not in (None, call.tier):
                continue
            if span is not None and not span[0] <= call.asked_us < span[1]:
                continue
            group.calls.append(call)
            record = records.get(contact_id)
            if record is not None and call.fate == "answered" and record["outcome"] == HANDLED:
                group.handled.append(record)
        return group

    # --- agents ---------------------------------------------------------------------------------------

    def agent(self, agent_id: str, day: date, until_us: int) -> dict[str, Any]:
        """Return an agent's day: what ended in it, and how much of its time was spent in which state."""
        begins_us, ends_us = self.span_us(day)
        ends_us = min(ends_us, until_us)
        own = [row for row in self.records if row["agent_id"] == agent_id]
        own = [row for row in own if begins_us <= row["ended_at_us"] < ends_us]
        calls = [row for row in own if row["channel"] == "voice"]
        missed = [e for e in self.of_kind("OfferFailed") if e["agent_id"] == agent_id]
        spent_us = self.spent_us(agent_id, begins_us, ends_us)
        handling_us = sum(spent_us[state] for state in HANDLING)
        return {
            "handled": len(calls),
            "worked": len(own) - len(calls),
            "missed": sum(begins_us <= event["at_us"] < ends_us for event in missed),
            "talk_seconds": sum(row["talk_us"] for row in calls) / 1e6,
            "hold_seconds": sum(row["hold_us"] for row in calls) / 1e6,
            "wrap_up_seconds": sum(row["wrap_up_us"] for row in calls) / 1e6,
            "ready_seconds": spent_us["ready"] / 1e6,
            "not_ready_seconds": spent_us["not_ready"] / 1e6,
            "logged_in_seconds": sum(us for state, us in spent_us.items() if state != "logged_out") / 1e6,
            "occupancy": share(handling_us, handling_us + spent_us["ready"]),
        }

    def spent_us(self, agent_id: str, begins_us: int, ends_us: int) -> Counter[str]:
        """Return the time in each state within the span."""
        changes = [e for e in self.of_kind("AgentStateChanged") if e["agent_id"] == agent_id]
        spent_us: Counter[str] = Counter()
        for change, following in zip(changes, [*changes[1:], {"at_us": ends_us}], strict=True):
            lasted_us = min(following["at_us"], ends_us) - max(change["at_us"], begins_us)
            spent_us[change["new"]] += max(0, lasted_us)
        return spent_us


def call_of(course: Iterable[Row]) -> Call:
    """Return what became of a call; one that asked for no queue has no fate.

    It counts where it asked first, its wait from where it first stood in a line. Whoever was answered was,
    whatever came after; the others hung up in line, were turned away at a door, or went on to somewhere else.
    """
    call, is_out = Call(0), False
    for event in course:
        match event["kind"]:
            case "ContactArrived":
                call.arrived_us = event["at_us"]
            case "CustomerIdentified" if not call.queue:
                call.tier = event["tier"]
            case "ContactQueued":
                is_out = False
                if not call.queue:
                    call.queue, call.tier, call.asked_us = event["queue"], event["tier"], event["at_us"]
                if call.fate in ("", "on its way"):
                    call.stood_us, call.fate = call.stood_us or event["at_us"], "waits"
            case "ContactDiverted" if call.queue or event["queue"]:
                is_out = True
                if not call.queue:
                    call.queue, call.asked_us = event["queue"], event["at_us"]
                    call.fate = "blocked" if event["to"] == "hang_up" else "on its way"
            case "ContactConnected" if call.queue and call.answered_us is None:
                call.answered_us, call.fate = event["at_us"], "answered"
            case "ContactAdopted" if (
                call.queue and call.answered_us is None and event["state"] == "connected"
            ):
                call.answered_us, call.fate = event["connected_us"] or event["at_us"], "answered"
            case "ContactAbandoned" if call.fate == "waits" and not is_out:
                call.left_us, call.fate = event["at_us"], "abandoned"
            case "InteractionRecorded" if call.fate in ("waits", "on its way"):
                call.fate = "elsewhere"
    return call
