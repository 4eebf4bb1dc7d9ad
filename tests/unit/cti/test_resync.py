"""A snapshot is told as the events that were missed, and live events around it do no harm."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.model.events import (
    AnomalySeen,
    LegAnswered,
    LegCreated,
    LegEnded,
    LegEvent,
    LegJoined,
    LegLeft,
    LegRinging,
    LegTagged,
)
from core.model.ids import BridgeId, LegId
from core.model.message import Event
from cti.ami.wire import AmiMessage
from cti.asterisk.resync import Snapshot, missed_events, notes
from cti.asterisk.translate import Translator

NOW = 5_000
CALLER, AGENT = LegId("17.1"), LegId("L-1-000001")
BRIDGE = BridgeId("b1")


def row(leg_id: str, state: str = "6", bridge: str = "", *variables: str, name: str = "") -> AmiMessage:
    message = AmiMessage(
        {
            "Event": "Status",
            "Channel": name or f"PJSIP/{leg_id}",
            "Uniqueid": leg_id,
            "Linkedid": leg_id,
            "ChannelState": state,
            "CallerIDNum": "100",
            "CallerIDName": "<unknown>",
            "Exten": "5551000",
            "BridgeID": bridge,
        }
    )
    if variables:
        message["Variable"] = variables[0]
        message.repeated = {"Variable": list(variables)}
    return message


def bridge_item(bridge: str, technology: str) -> AmiMessage:
    return AmiMessage({"BridgeUniqueid": bridge, "BridgeTechnology": technology})


def snapshot(*rows: AmiMessage, bridges: tuple[AmiMessage, ...] = ()) -> Snapshot:
    return Snapshot(channels=rows, bridges=bridges)


def told(translator: Translator, taken: Snapshot, *, restarted: bool = False) -> list[Event]:
    messages = list(missed_events(taken, translator.channels, restarted))
    return [event for message in messages for event in translator.translate(message, NOW)]


def kinds(events: list[Event]) -> list[tuple[str, str]]:
    return [(type(event).__name__, event.leg_id) for event in events if isinstance(event, LegEvent)]


class TestStart:
    def test_a_caller_and_an_agent_in_talk_are_found(self) -> None:
        events = told(Translator("pbx"), snapshot(row(CALLER, "6", BRIDGE), row(AGENT, "6", BRIDGE)))
        assert events == [
            LegCreated(
                at_us=NOW,
                leg_id=CALLER,
                address=f"PJSIP/{CALLER}",
                caller_number="100",
                dialed_number="5551000",
                call_hint=CALLER,
            ),
            LegAnswered(at_us=NOW, leg_id=CALLER),
            LegCreated(
                at_us=NOW,
                leg_id=AGENT,
                address=f"PJSIP/{AGENT}",
                caller_number="100",
                dialed_number="5551000",
                call_hint=AGENT,
            ),
            LegAnswered(at_us=NOW, leg_id=AGENT),
            LegJoined(at_us=NOW, leg_id=CALLER, bridge_id=BRIDGE),
            LegJoined(at_us=NOW, leg_id=AGENT, bridge_id=BRIDGE),
        ]

    def test_a_phone_that_rings_is_found_ringing(self) -> None:
        events = told(Translator("pbx"), snapshot(row(AGENT, "5")))
        assert [type(event) for event in events] == [LegCreated, LegRinging]

    def test_nobody_joins_a_waiting_room(self) -> None:
        parked = snapshot(row(CALLER, "6", BRIDGE), bridges=(bridge_item(BRIDGE, "holding_bridge"),))
        assert LegJoined not in [type(event) for event in told(Translator("pbx"), parked)]

    def test_local_halves_stay_hidden_and_their_bridges_one(self) -> None:
        events = told(
            Translator("pbx"),
            snapshot(
                row(CALLER, "6", "a"),
                row("17.2", "6", "a", name="Local/1@c-1;1"),
                row("17.3", "6", "b", name="Local/1@c-1;2"),
                row(AGENT, "6", "b"),
            ),
        )
        bridges = {event.leg_id: event.bridge_id for event in events if isinstance(event, LegJoined)}
        assert bridges == {CALLER: "a", AGENT: "a"}


class TestNotes:
    def test_our_note_is_read(self) -> None:
        taken = snapshot(row(CALLER, "6", "", "X=1", "GOLDLINE_TAG=role=caller&contact=C-1"), row(AGENT))
        assert list(notes(taken, [CALLER, AGENT], NOW)) == [
            LegTagged(at_us=NOW, leg_id=CALLER, tag="role=caller&contact=C-1")
        ]

    def test_what_we_cannot_have_written_is_no_note(self) -> None:
        for forged in ("(null)", "", "role=caller contact", "a\tb", "${X}", "é", "a,b"):
            taken = snapshot(row(CALLER, "6", "", f"GOLDLINE_TAG={forged}"))
            assert list(notes(taken, [CALLER], NOW)) == []


class TestAgain:
    def test_nothing_missed_nothing_told(self) -> None:
        translator, taken = Translator("pbx"), snapshot(row(CALLER, "6", BRIDGE), row(AGENT, "5"))
        told(translator, taken)
        assert told(translator, taken) == []

    def test_a_leg_that_is_gone_has_ended_for_a_reason_nobody_knows(self) -> None:
        translator = Translator("pbx")
        told(translator, snapshot(row(CALLER, "6", BRIDGE), row(AGENT, "6", BRIDGE)))
        assert told(translator, snapshot(row(CALLER, "6", ""))) == [
            LegLeft(at_us=NOW, leg_id=AGENT, bridge_id=BRIDGE),
            LegEnded(at_us=NOW, leg_id=AGENT, cause=0),
            LegLeft(at_us=NOW, leg_id=CALLER, bridge_id=BRIDGE),
        ]

    def test_an_answer_and_another_bridge_were_missed(self) -> None:
        translator = Translator("pbx")
        told(translator, snapshot(row(CALLER, "6", "old"), row(AGENT, "5")))
        assert kinds(told(translator, snapshot(row(CALLER, "6", BRIDGE), row(AGENT, "6", BRIDGE)))) == [
            ("LegAnswered", AGENT),
            ("LegLeft", CALLER),
            ("LegJoined", CALLER),
            ("LegJoined", AGENT),
        ]

    def test_after_a_restart_of_asterisk_all_former_legs_are_gone(self) -> None:
        translator = Translator("pbx")
        told(translator, snapshot(row(CALLER), row(AGENT)))
        events = told(translator, snapshot(row("99.1")), restarted=True)
        assert kinds(events) == [
            ("LegEnded", CALLER),
            ("LegEnded", AGENT),
            ("LegCreated", "99.1"),
            ("LegAnswered", "99.1"),
        ]


class TestAnswers:
    def test_the_last_list_completes_the_snapshot(self) -> None:
        taken = Snapshot()
        started = AmiMessage({"CoreStartupDate": "2026-11-22", "CoreStartupTime": "02:53:43"})
        assert not taken.take("CoreStatus", started, ())
        assert not taken.take("Status", AmiMessage(), [row(CALLER)])
        assert taken.take("BridgeList", AmiMessage(), [bridge_item(BRIDGE, "simple_bridge")])
        assert taken.started == "2026-11-22 02:53:43"
        assert [one["Uniqueid"] for one in taken.channels] == [CALLER]
        assert [one["BridgeUniqueid"] for one in taken.bridges] == [BRIDGE]

    def test_snapshot_without_one_of_its_answers_is_never_complete(self) -> None:
        """Without the start of Asterisk it would look as if every call had ended by a restart."""
        taken = Snapshot()
        assert not taken.take("Status", AmiMessage(), [row(CALLER)])
        assert not taken.take("BridgeList", AmiMessage(), ())


def live(name: str, leg_id: str, **fields: str) -> AmiMessage:
    return AmiMessage({"Event": name, "Channel": f"PJSIP/{leg_id}", "Uniqueid": leg_id, **fields})


LEGS = st.sampled_from(["1", "2", "3"])
LIVE = st.one_of(
    st.builds(lambda leg: live("Newchannel", leg, ChannelState="0"), LEGS),
    st.builds(lambda leg: live("Newstate", leg, ChannelState="6"), LEGS),
    st.builds(
        lambda leg, bridge: live("BridgeEnter", leg, BridgeUniqueid=bridge), LEGS, st.sampled_from("ab")
    ),
    st.builds(
        lambda leg, bridge: live("BridgeLeave", leg, BridgeUniqueid=bridge), LEGS, st.sampled_from("ab")
    ),
    st.builds(lambda leg: live("Hangup", leg), LEGS),
)
ROWS = st.dictionaries(LEGS, st.tuples(st.sampled_from("456"), st.sampled_from(["", "a", "b"])))


@given(before=st.lists(LIVE), rows=ROWS)
def test_whatever_was_heard_before_the_snapshot_decides(
    before: list[AmiMessage], rows: dict[str, tuple[str, str]]
) -> None:
    translator = Translator("pbx")
    heard = [event for message in before for event in translator.translate(message, NOW)]
    ended = {event.leg_id for event in heard if isinstance(event, LegEnded)}
    taken = snapshot(*(row(leg, state, bridge) for leg, (state, bridge) in rows.items() if leg not in ended))
    events = told(translator, taken)
    assert not [event for event in events if isinstance(event, AnomalySeen)]
    found = {leg: (channel.up, channel.bridge_id) for leg, channel in translator.channels.items()}
    assert {leg: bridge for leg, (_, bridge) in found.items()} == {
        one["Uniqueid"]: one["BridgeID"] or None for one in taken.channels
    }
    assert told(translator, taken) == []
