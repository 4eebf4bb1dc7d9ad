"""Streams recorded from a real Asterisk 20: what they tell, and that none of it is called impossible."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TypeVar

import pytest

from core.calls import CallBook
from core.engine import Engine
from core.model.call import EndReason
from core.model.call_events import CallEnded, CallTransferred
from core.model.causes import Cause
from core.model.events import AnomalySeen, LegEnded, LegFailed, LegHeld, LegPressed, LegResumed
from core.model.message import Event
from cti.ami.wire import AmiParser
from cti.asterisk.translate import Translator

pytestmark = pytest.mark.captures

E = TypeVar("E", bound=Event)
SCENARIOS = ["s01", "s07", "s08", "s10", "s14", "s15", "s16", "s18"]


class Replay:
    """One recording, told to an engine that tracks calls."""

    def __init__(self, reference_folder: Path, scenario: str) -> None:
        self._folder = reference_folder / "ami_captures" / "asterisk20"
        self._scenario = scenario
        self.translator = Translator("recorded")
        self.events: list[Event] = []
        engine = Engine()
        self.book = CallBook(engine)
        for kind in (AnomalySeen, CallEnded, CallTransferred):
            engine.subscribe(kind, self.events.append)
        for leg_id in self._ordered():
            self.translator.order(leg_id)
        for message in AmiParser().feed(self._file("passive.ami").read_bytes()):
            for event in self.translator.translate(message, 0) if message.kind == "Event" else ():
                if not isinstance(event, AnomalySeen):
                    self.events.append(event)
                engine.handle(event)

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def _file(self, ending: str) -> Path:
        (path,) = self._folder.glob(f"{self._scenario}_*.{ending}")
        return path

    def _ordered(self) -> list[str]:
        """Return the ids the recorded engine chose for the channels it ordered."""
        lines = (json.loads(line) for line in self._file("timeline.jsonl").read_text().splitlines())
        sent = [line["raw"] for line in lines if line["dir"] == "tx" and "Async" in line["raw"]]
        return [found[1] for raw in sent if (found := re.search(r"ChannelId: (\S+)", raw))]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_nothing_asterisk_did_is_impossible(reference_folder: Path, scenario: str) -> None:
    assert Replay(reference_folder, scenario).of(AnomalySeen) == []


def test_each_originate_ended_as_its_phone_made_it_end(reference_folder: Path) -> None:
    replay = Replay(reference_folder, "s07")
    outcomes = {
        event.leg_id.split("-")[1]: (type(event), event.cause)
        for event in [*replay.of(LegEnded), *replay.of(LegFailed)]
        if event.leg_id.startswith("o-")
    }
    assert outcomes == {
        "answer": (LegEnded, Cause.NORMAL_CLEARING),
        "busy": (LegEnded, Cause.BUSY),
        "reject603": (LegEnded, Cause.REJECTED),
        "cong503": (LegEnded, Cause.CONGESTION),
        "noanswer": (LegEnded, Cause.NO_ANSWER),
        "early183": (LegEnded, Cause.NORMAL_CLEARING),
        "notfound404": (LegEnded, Cause.UNALLOCATED),
        "dead": (LegEnded, Cause.NO_ANSWER),
        "unregistered": (LegFailed, Cause.SUBSCRIBER_ABSENT),
        "nopeer": (LegFailed, Cause.SUBSCRIBER_ABSENT),
        "badtech": (LegFailed, Cause.SUBSCRIBER_ABSENT),
        "localanswer": (LegEnded, Cause.UNKNOWN),
        "localdial": (LegEnded, Cause.UNKNOWN),
    }


def test_a_blind_and_an_attended_transfer_are_told(reference_folder: Path) -> None:
    transfers = Replay(reference_folder, "s10").of(CallTransferred)
    assert [transfer.kind for transfer in transfers] == ["blind", "attended"]


def test_a_hold_is_heard_and_an_unhold_without_one_is_no_news(reference_folder: Path) -> None:
    replay = Replay(reference_folder, "s10")
    assert len(replay.of(LegHeld)) == 1
    assert replay.of(LegResumed) == []


def test_keys_pressed_in_talk_are_heard(reference_folder: Path) -> None:
    assert "5" in [event.digit for event in Replay(reference_folder, "s14").of(LegPressed)]


def test_a_caller_served_by_a_menu_completed_his_call(reference_folder: Path) -> None:
    (ended,) = Replay(reference_folder, "s01").of(CallEnded)
    assert ended.reason is EndReason.COMPLETED
