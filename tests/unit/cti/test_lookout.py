"""What a list of channels shows, and what was told of them, in the words the two are compared in."""

from __future__ import annotations

from core.drift import Drift, LegView
from core.model.ids import BridgeId, LegId
from cti.ami.wire import AmiMessage
from cti.asterisk.channels import Channel, LocalPair
from cti.asterisk.lookout import told_views, views

LEG, HALF, ORDERED = LegId("17.1"), LegId("17.2"), LegId("L-1-000001")
TALK, PARKED = BridgeId("b1"), BridgeId("b2")


def row(state: str, bridge: str = "", leg_id: str = LEG) -> AmiMessage:
    return AmiMessage(
        {"Event": "CoreShowChannel", "Uniqueid": leg_id, "ChannelState": state, "BridgeId": bridge}
    )


def test_list_shows_who_rings_who_is_up_and_who_talks() -> None:
    rows = [row("4"), row("5", leg_id="2"), row("6", TALK, leg_id="3")]
    assert views(rows, frozenset()) == {
        LEG: LegView(),
        LegId("2"): LegView(ringing=True),
        LegId("3"): LegView(up=True, bridge_id=TALK),
    }


def test_who_is_parked_talks_to_nobody() -> None:
    assert views([row("6", PARKED)], frozenset({PARKED})) == {LEG: LegView(up=True)}


def test_channel_is_told_as_far_as_it_was() -> None:
    channel = Channel(leg_id=LEG, name="PJSIP/x-1", up=True, bridge_id=TALK)
    assert told_views({LEG: channel}, [ORDERED]) == {
        ORDERED: LegView(expected=True),
        LEG: LegView(up=True, bridge_id=TALK),
    }


def test_hidden_half_of_a_local_channel_is_asked_only_whether_it_is_there() -> None:
    half = Channel(leg_id=HALF, name="Local/x@y-1;2", pair=LocalPair(), bridge_id=TALK)
    drift = Drift()
    for _ in range(3):
        assert drift.look(told_views({HALF: half}, []), views([row("6", TALK, HALF)], frozenset())) == {}
    drift.look(told_views({HALF: half}, []), {})
    assert list(drift.look(told_views({HALF: half}, []), {})) == [HALF]


def test_dialogue_of_a_channel_that_is_known_expects_nothing() -> None:
    channel = Channel(leg_id=LEG, name="PJSIP/x-1")
    assert told_views({LEG: channel}, [LEG]) == {LEG: LegView()}
