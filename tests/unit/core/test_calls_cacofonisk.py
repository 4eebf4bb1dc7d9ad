"""The call model against cacofonisk's recorded calls (Asterisk 13, chan_sip, every agent behind Local).

Each recording comes with the call events its authors expect. Ours are the same, scenario by scenario, when
written in their words. Two of our facts have no word of theirs and are left out of the comparison:

| our fact                        | why cacofonisk has none                                         |
|---------------------------------|-----------------------------------------------------------------|
| `CallDialEnded` with `cancel`   | it tells of phones that stop ringing only by the end of the call |
| `CallMerged`                    | none occurs in these recordings                                  |

No scenario deviates.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from core.calls import CallBook
from core.engine import Engine
from core.model.call_events import CallDialed, CallDialEnded, CallEnded, CallTransferred, CallUp
from core.model.events import AnomalySeen, LegCreated
from core.model.ids import LegId
from cti.ami.wire import AmiMessage
from cti.asterisk.translate import Translator

pytestmark = pytest.mark.captures

SCENARIOS = 17


def recordings() -> Path:
    return Path(os.environ.get("GOLDLINE_DATA", "")) / "ami_captures" / "cacofonisk"


def expectations() -> dict[str, list[dict[str, object]]]:
    path = recordings() / "EXPECTED.json"
    return json.loads(path.read_text()) if path.exists() else {}


class Teller:
    """Writes our call facts in cacofonisk's words."""

    def __init__(self, engine: Engine) -> None:
        self.told: list[tuple[str, dict[str, object]]] = []
        self.anomalies: list[str] = []
        self._names: dict[LegId, str] = {}
        engine.subscribe(LegCreated, self._name)
        engine.subscribe(CallDialed, self._dialed)
        engine.subscribe(CallDialEnded, self._dial_ended)
        engine.subscribe(CallUp, self._up)
        engine.subscribe(CallTransferred, self._transferred)
        engine.subscribe(CallEnded, self._ended)
        engine.subscribe(AnomalySeen, lambda event: self.anomalies.append(event.kind))

    def _name(self, event: LegCreated) -> None:
        self._names[event.leg_id] = event.address

    def _dialed(self, event: CallDialed) -> None:
        self._tell("on_b_dial", caller=event.caller_leg_id, targets=[event.target_leg_id])

    def _dial_ended(self, event: CallDialEnded) -> None:
        if event.outcome != "cancel":
            self._tell(
                "on_b_dial_end",
                caller=event.caller_leg_id,
                targets=[event.target_leg_id],
                reason=event.outcome,
            )

    def _up(self, event: CallUp) -> None:
        self._tell("on_up", caller=event.caller_leg_id, target=event.target_leg_id)

    def _transferred(self, event: CallTransferred) -> None:
        self._tell(
            f"on_{event.kind}_transfer",
            caller=event.caller_leg_id,
            transferer=event.transferer_leg_id,
            targets=list(event.target_leg_ids),
        )

    def _ended(self, event: CallEnded) -> None:
        self._tell("on_hangup", caller=event.caller_leg_id, reason=str(event.reason))

    def _tell(self, name: str, **said: object) -> None:
        self.told.append((name, {key: self._named(value) for key, value in said.items()}))

    def _named(self, value: object) -> object:
        if isinstance(value, list):
            return [self._named(one) for one in value]
        return self._names.get(LegId(str(value)), value)


def channel_name(expected: object) -> object:
    """Reduce cacofonisk's full channel snapshots to the channel's name."""
    if isinstance(expected, dict):
        return expected["name"]
    if isinstance(expected, list):
        return [channel_name(one) for one in expected]
    return expected


def replay(recording: Path) -> tuple[Teller, CallBook]:
    engine, translator = Engine(), Translator("recorded")
    book, teller = CallBook(engine), Teller(engine)
    for instant, message in enumerate(json.loads(recording.read_text())):
        del message["content"]
        for event in translator.translate(AmiMessage(message), instant):
            engine.handle(event)
    return teller, book


def test_all_scenarios_are_here() -> None:
    assert len(expectations()) == SCENARIOS


@pytest.mark.parametrize("name", sorted(expectations()))
def test_the_expected_call_events_come_out(name: str) -> None:
    (scenario,) = expectations()[name]
    expected = [
        (event, {key: channel_name(value) for key, value in said.items()})
        for event, said in scenario["expected"]  # type: ignore[attr-defined]
    ]
    teller, book = replay(recordings() / Path(name).relative_to("fixtures"))
    assert teller.told == expected
    assert teller.anomalies == []
    assert not book.legs
    assert not book.bridges
    assert not list(book)
