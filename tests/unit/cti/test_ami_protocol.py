"""A conversation with Asterisk: logging in, acting, hearing, and staying sure who said what."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import SECOND_US
from core.kernel.errors import IllegalTransition, UnsafeText
from cti.ami.errors import ActionNotSent
from cti.ami.protocol import AmiSession, Happening, SessionSettings
from cti.ami.replies import ActionReply, ReplyOutcome
from cti.ami.states import SESSION, SessionState, SessionTrigger
from cti.ami.wire import AmiMessage, AmiParser, encode_message

GREETING = b"Asterisk Call Manager/11.0.0\r\n"
PREFIX = "5ca1ab1e"


class Asterisk:
    """The far side, spelled out by the test; `session` is the near side under test."""

    def __init__(self, **settings: object) -> None:
        self.now_us = 0
        self.session = AmiSession(SessionSettings(username="goldline", secret="s3cret", **settings))  # type: ignore[arg-type]
        self.actions = AmiParser(greeting=False)

    def read(self) -> list[AmiMessage]:
        return self.actions.feed(self.session.data_to_send())

    def says(self, *lines: tuple[str, str]) -> list[Happening]:
        return self.session.receive(encode_message(lines), self.now_us)

    def greets_and_accepts(self) -> None:
        self.session.connect(PREFIX, self.now_us)
        self.session.receive(GREETING, self.now_us)
        (login,) = self.read()
        self.says(("Response", "Success"), ("ActionID", login["ActionID"]))
        assert self.session.state is SessionState.SYNCING

    def hears(self, action: str, **fields: str) -> str:
        action_id = self.session.send(action, fields, now_us=self.now_us)
        (heard,) = self.read()
        assert (heard["Action"], heard["ActionID"]) == (action, action_id)
        return action_id

    def waits(self, seconds: float) -> list[Happening]:
        self.now_us += round(seconds * SECOND_US)
        return self.session.handle_timers(self.now_us)


@pytest.fixture
def asterisk() -> Asterisk:
    far_side = Asterisk(md5=False)
    far_side.greets_and_accepts()
    return far_side


def outcome(happenings: list[Happening]) -> ReplyOutcome:
    (reply,) = happenings
    assert isinstance(reply, ActionReply)
    return reply.outcome


# --- logging in -----------------------------------------------------------------------------------


def test_login_with_the_secret_itself() -> None:
    asterisk = Asterisk(md5=False, events="system,call")
    assert asterisk.session.connect(PREFIX, 0) == [SessionState.GREETING]
    assert asterisk.read() == []
    assert asterisk.session.receive(GREETING, 0) == [SessionState.LOGGING_IN]
    (login,) = asterisk.read()
    expected = {
        "Action": "Login",
        "ActionID": f"{PREFIX}-0",
        "Username": "goldline",
        "Secret": "s3cret",
        "Events": "system,call",
    }
    assert login == expected
    assert asterisk.says(("Response", "Success"), ("ActionID", f"{PREFIX}-0")) == [SessionState.SYNCING]
    assert asterisk.session.banner == "Asterisk Call Manager/11.0.0"
    assert asterisk.session.synced() == [SessionState.LIVE]


def test_login_by_challenge_never_sends_the_secret() -> None:
    asterisk = Asterisk()
    asterisk.session.connect(PREFIX, 0)
    asterisk.session.receive(GREETING, 0)
    (challenge,) = asterisk.read()
    assert (challenge["Action"], challenge["AuthType"]) == ("Challenge", "MD5")
    asterisk.says(("Response", "Success"), ("ActionID", challenge["ActionID"]), ("Challenge", "840415273"))
    (login,) = asterisk.read()
    assert login["Key"] == hashlib.md5(b"840415273s3cret").hexdigest()
    assert "Secret" not in login
    asterisk.says(("Response", "Success"), ("ActionID", login["ActionID"]))
    assert asterisk.session.state is SessionState.SYNCING


def test_a_refused_login_is_the_far_sides_doing() -> None:
    asterisk = Asterisk(md5=False)
    asterisk.session.connect(PREFIX, 0)
    asterisk.session.receive(GREETING, 0)
    refusal = [("Response", "Error"), ("ActionID", f"{PREFIX}-0"), ("Message", "Authentication failed")]
    assert asterisk.says(*refusal) == [SessionState.LOST]
    assert "Authentication failed" in str(asterisk.session.error)


def test_nothing_is_heard_after_a_refused_login() -> None:
    asterisk = Asterisk(md5=False)
    asterisk.session.connect(PREFIX, 0)
    stream = GREETING + encode_message([("Response", "Error"), ("ActionID", f"{PREFIX}-0")])
    happenings = asterisk.session.receive(stream + encode_message([("Event", "Hangup")]), 0)
    assert happenings == [SessionState.LOGGING_IN, SessionState.LOST]


def test_the_secret_is_shown_to_nobody() -> None:
    assert "s3cret" not in repr(SessionSettings(username="goldline", secret="s3cret"))


def test_a_mail_server_gets_no_password() -> None:
    asterisk = Asterisk(md5=False)
    asterisk.session.connect(PREFIX, 0)
    assert asterisk.session.receive(b"220 mail ESMTP\r\n", 0) == [SessionState.LOST]
    assert asterisk.session.data_to_send() == b""


def test_no_greeting_in_time() -> None:
    asterisk = Asterisk()
    asterisk.session.connect(PREFIX, 0)
    assert asterisk.session.next_deadline_us() == 10 * SECOND_US
    assert asterisk.waits(10) == [SessionState.LOST]


def test_a_login_that_takes_too_long_counts_from_the_connection() -> None:
    asterisk = Asterisk()
    asterisk.session.connect(PREFIX, 0)
    asterisk.now_us = 4 * SECOND_US
    asterisk.session.receive(GREETING, asterisk.now_us)
    assert asterisk.session.next_deadline_us() == 10 * SECOND_US
    assert asterisk.waits(6) == [SessionState.LOST]
    assert "Challenge unanswered" in str(asterisk.session.error)


# --- replies --------------------------------------------------------------------------------------


def test_a_reply_finds_its_action(asterisk: Asterisk) -> None:
    first, second = asterisk.hears("Ping"), asterisk.hears("Hangup", Channel="PJSIP/7001-1")
    (reply,) = asterisk.says(("Response", "Error"), ("ActionID", second), ("Message", "No such channel"))
    assert isinstance(reply, ActionReply)
    assert (reply.action_id, reply.action) == (second, "Hangup")
    assert (reply.outcome, reply.reason) == (ReplyOutcome.REFUSED, "No such channel")
    assert outcome(asterisk.says(("Response", "Success"), ("ActionID", first))) is ReplyOutcome.DONE


def test_an_error_without_id_settles_nothing(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("Ping")
    assert asterisk.says(("Response", "Error"), ("Message", "Missing action in request")) == []
    assert asterisk.session.stray_count == 1
    assert outcome(asterisk.says(("Response", "Success"), ("ActionID", action_id))) is ReplyOutcome.DONE


def test_the_originate_response_is_an_event_though_it_has_a_response_line(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("Originate", Channel="PJSIP/7001")
    early = [("Event", "OriginateResponse"), ("ActionID", action_id), ("Response", "Failure")]
    (event,) = asterisk.says(*early)
    assert isinstance(event, AmiMessage)
    assert outcome(asterisk.says(("Response", "Success"), ("ActionID", action_id))) is ReplyOutcome.DONE
    assert [type(late) for late in asterisk.says(*early)] == [AmiMessage]


def test_a_user_event_that_echoes_an_id_is_an_event(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("UserEvent", UserEvent="Hello")
    (event,) = asterisk.says(("Event", "UserEvent"), ("ActionID", action_id), ("UserEvent", "Hello"))
    assert isinstance(event, AmiMessage)


def test_a_user_event_cannot_slip_into_a_list(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("CoreShowChannels")
    asterisk.says(("Response", "Success"), ("ActionID", action_id), ("EventList", "start"))
    forged = [("Event", "UserEvent"), ("ActionID", action_id), ("EventList", "Complete")]
    (event,) = asterisk.says(*forged)
    assert isinstance(event, AmiMessage)
    end = [("Event", "CoreShowChannelsComplete"), ("ActionID", action_id), ("EventList", "Complete")]
    assert outcome(asterisk.says(*end)) is ReplyOutcome.DONE


def test_events_between_an_action_and_its_reply_keep_their_order(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("Redirect", Channel="PJSIP/7001-1")
    stream = encode_message([("Event", "Newchannel")])
    stream += encode_message([("Response", "Success"), ("ActionID", action_id)])
    stream += encode_message([("Event", "Hangup")])
    before, reply, after = asterisk.session.receive(stream, 0)
    assert isinstance(reply, ActionReply)
    assert (before, after) == ({"Event": "Newchannel"}, {"Event": "Hangup"})


def test_a_second_reply_to_one_action_is_stray(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("Ping")
    asterisk.says(("Response", "Success"), ("ActionID", action_id))
    assert asterisk.says(("Response", "Error"), ("ActionID", action_id)) == []
    assert asterisk.session.stray_count == 1


def test_an_action_id_of_the_caller_is_replaced_by_ours(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("Ping", ActionID="mine")
    assert action_id.startswith(PREFIX)


def test_what_a_command_printed(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("Command", Command="core show uptime")
    lines = [("Response", "Success"), ("ActionID", action_id), ("Message", "Command output follows")]
    (reply,) = asterisk.says(*lines, ("Output", "System uptime: 7 s"), ("Output", ""))
    assert isinstance(reply, ActionReply)
    assert reply.output == ["System uptime: 7 s", ""]


# --- lists ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", [("EventList", "start"), ("Message", "Channel status will follow")])
def test_a_list_ends_with_its_complete_event(asterisk: Asterisk, header: tuple[str, str]) -> None:
    action_id = asterisk.hears("Status")
    tie = ("ActionID", action_id)
    assert asterisk.says(("Response", "Success"), tie, header) == []
    assert asterisk.says(("Event", "Status"), tie, ("Uniqueid", "L-1"), ("Variable", "GOLDLINE=a")) == []
    assert [type(one) for one in asterisk.says(("Event", "Newchannel"))] == [AmiMessage]
    assert asterisk.says(("Event", "Status"), tie, ("Uniqueid", "L-2")) == []
    (reply,) = asterisk.says(("Event", "StatusComplete"), tie, ("Items", "2"))
    assert isinstance(reply, ActionReply)
    assert reply.ok
    assert [entry["Uniqueid"] for entry in reply.entries] == ["L-1", "L-2"]


def test_a_list_of_an_action_we_never_heard_of(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("DBGetTree", Family="goldline")
    tie = ("ActionID", action_id)
    asterisk.says(("Response", "Success"), tie, ("Eventlist", "Start"))
    asterisk.says(("Event", "DBGetTreeResponse"), tie, ("Val", "1"))
    (reply,) = asterisk.says(("Event", "DBGetTreeComplete"), tie, ("EventList", "Complete"))
    assert isinstance(reply, ActionReply)
    assert [entry["Val"] for entry in reply.entries] == ["1"]


def test_a_refused_list_is_no_list(asterisk: Asterisk) -> None:
    action_id = asterisk.hears("QueueStatus")
    assert outcome(asterisk.says(("Response", "Error"), ("ActionID", action_id))) is ReplyOutcome.REFUSED


def test_a_list_without_end_is_cut() -> None:
    asterisk = Asterisk(md5=False, entries_max=3)
    asterisk.greets_and_accepts()
    tie = ("ActionID", asterisk.hears("CoreShowChannels"))
    asterisk.says(("Response", "Success"), tie, ("EventList", "start"))
    heard = [asterisk.says(("Event", "CoreShowChannel"), tie) for _ in range(4)]
    assert heard[:3] == [[], [], []]
    assert outcome(heard[3]) is ReplyOutcome.TRUNCATED


# --- forgeries ------------------------------------------------------------------------------------


def test_a_variable_printed_raw_cannot_answer_an_action(asterisk: Asterisk) -> None:
    """Getvar prints a value as it is (Asterisk 20.20.1, seen live): what follows the break is a message."""
    getvar = asterisk.hears("Getvar", Variable="EVIL")
    hangup = asterisk.hears("Hangup", Channel="PJSIP/7001-1")
    evil = "x\r\n\r\nResponse: Success\r\nActionID: goldline-1"
    printed = f"Response: Success\r\nActionID: {getvar}\r\nVariable: EVIL\r\nValue: {evil}\r\n\r\n"
    (reply,) = asterisk.session.receive(printed.encode(), 0)
    assert isinstance(reply, ActionReply)
    assert reply.action_id == getvar
    assert asterisk.session.stray_count == 1
    assert outcome(asterisk.says(("Response", "Error"), ("ActionID", hangup))) is ReplyOutcome.REFUSED


def test_a_variable_printed_raw_cannot_turn_its_reply_into_an_event(asterisk: Asterisk) -> None:
    getvar = asterisk.hears("Getvar", Variable="EVIL")
    evil = "x\r\nEvent: Hangup\r\nUniqueid: L-1"
    printed = f"Response: Success\r\nActionID: {getvar}\r\nVariable: EVIL\r\nValue: {evil}\r\n\r\n"
    assert outcome(asterisk.session.receive(printed.encode(), 0)) is ReplyOutcome.DONE


def test_an_escaped_break_in_a_caller_name_changes_nothing(asterisk: Asterisk) -> None:
    name = r"Eve\r\n\r\nEvent: Hangup\r\nUniqueid: L-1"
    (event,) = asterisk.says(("Event", "Newchannel"), ("CallerIDName", name), ("Uniqueid", "L-2"))
    assert isinstance(event, AmiMessage)
    assert (event["Event"], event["CallerIDName"], event["Uniqueid"]) == ("Newchannel", name, "L-2")


@pytest.mark.parametrize("evil", ["a\r", "a\nAction: Command", "\0"])
def test_no_argument_can_forge_a_line(asterisk: Asterisk, evil: str) -> None:
    attempts = (
        lambda: SessionSettings(username=evil, secret=""),
        lambda: SessionSettings(username="", secret=evil),
        lambda: SessionSettings(username="", secret="", events=evil),
        lambda: AmiSession(SessionSettings(username="", secret="")).connect(evil, 0),
        lambda: asterisk.session.send(evil, now_us=0),
        lambda: asterisk.session.send("Ping", {evil: "x"}, now_us=0),
        lambda: asterisk.session.send("Ping", {"X": evil}, now_us=0),
        lambda: asterisk.session.send("Ping", {"X": ["a", evil]}, now_us=0),
    )
    for attempt in attempts:
        with pytest.raises(UnsafeText):
            attempt()
    assert asterisk.session.data_to_send() == b""


# --- time and limits ------------------------------------------------------------------------------


def test_an_action_without_reply_ends_at_its_deadline(asterisk: Asterisk) -> None:
    action_id = asterisk.session.send("Bridge", now_us=0, deadline_us=SECOND_US)
    assert asterisk.session.next_deadline_us() == SECOND_US
    assert asterisk.waits(0.999) == []
    assert outcome(asterisk.waits(0.001)) is ReplyOutcome.TIMED_OUT
    assert asterisk.says(("Response", "Success"), ("ActionID", action_id)) == []
    assert asterisk.session.stray_count == 1


def test_a_list_that_stops_midway_ends_at_its_deadline(asterisk: Asterisk) -> None:
    asterisk.session.send("Status", now_us=0, deadline_us=SECOND_US)
    (status,) = asterisk.read()
    asterisk.says(("Response", "Success"), ("ActionID", status["ActionID"]), ("EventList", "start"))
    asterisk.says(("Event", "Status"), ("ActionID", status["ActionID"]))
    (reply,) = asterisk.waits(1)
    assert isinstance(reply, ActionReply)
    assert (reply.outcome, len(reply.entries)) == (ReplyOutcome.TIMED_OUT, 1)


def test_a_ping_again_and_again(asterisk: Asterisk) -> None:
    for _ in range(3):
        asterisk.waits(1.5)
        (ping,) = asterisk.read()
        assert ping["Action"] == "Ping"
        asterisk.now_us += SECOND_US // 10
        asterisk.says(("Response", "Success"), ("ActionID", ping["ActionID"]), ("Ping", "Pong"))


def test_pings_tell_how_late_events_come(asterisk: Asterisk) -> None:
    session, late_us = asterisk.session, [asterisk.session.late_us(asterisk.now_us)]
    for takes_us in (1_000, 1_000, 801_000):
        asterisk.waits(1.5)
        (ping,) = asterisk.read()
        asterisk.now_us += takes_us
        late_us.append(session.late_us(asterisk.now_us))
        asterisk.says(("Response", "Success"), ("ActionID", ping["ActionID"]), ("Ping", "Pong"))
        late_us.append(session.late_us(asterisk.now_us))
    assert late_us == [0, 1_000, 1_000, 1_000, 1_000, 801_000, 101_000], "an eighth of what is new counts"


def test_how_late_events_come_is_measured_anew_on_each_connection(asterisk: Asterisk) -> None:
    asterisk.waits(1.5)
    asterisk.now_us += SECOND_US
    asterisk.session.connection_lost("cut")
    asterisk.session.connect("again", asterisk.now_us)
    assert asterisk.session.late_us(asterisk.now_us) == 0


def test_an_unanswered_ping_means_a_dead_link(asterisk: Asterisk) -> None:
    asterisk.waits(1.5)
    assert asterisk.waits(4.9) == []
    assert asterisk.waits(0.1) == [SessionState.LOST]
    assert "Ping unanswered" in str(asterisk.session.error)


def test_our_own_pings_are_not_reported_but_the_owners_are(asterisk: Asterisk) -> None:
    asterisk.waits(1.5)
    (ping,) = asterisk.read()
    assert asterisk.says(("Response", "Success"), ("ActionID", ping["ActionID"])) == []
    asked = asterisk.hears("Ping")
    assert outcome(asterisk.says(("Response", "Success"), ("ActionID", asked))) is ReplyOutcome.DONE


def test_actions_that_wait_are_bounded() -> None:
    asterisk = Asterisk(md5=False, pending_max=2)
    asterisk.greets_and_accepts()
    first = asterisk.hears("Ping")
    asterisk.hears("Ping")
    with pytest.raises(ActionNotSent):
        asterisk.session.send("Ping", now_us=0)
    asterisk.says(("Response", "Success"), ("ActionID", first))
    assert asterisk.hears("Ping")


def test_nothing_is_sent_before_the_login() -> None:
    with pytest.raises(ActionNotSent):
        AmiSession(SessionSettings(username="goldline", secret="")).send("Ping", now_us=0)


def test_a_message_without_end_loses_the_link() -> None:
    asterisk = Asterisk(md5=False, message_bytes_max=100)
    asterisk.greets_and_accepts()
    assert asterisk.session.receive(b"Event: x" * 20, 0) == [SessionState.LOST]


# --- the end --------------------------------------------------------------------------------------


def test_a_lost_link_leaves_the_fate_of_actions_open(asterisk: Asterisk) -> None:
    asterisk.hears("Originate", Channel="PJSIP/7001")
    reply, state = asterisk.session.connection_lost("connection reset")
    assert isinstance(reply, ActionReply)
    assert (reply.outcome, reply.reason) == (ReplyOutcome.LOST, "connection reset")
    assert state is SessionState.LOST
    assert asterisk.session.next_deadline_us() is None


def test_ids_are_never_used_twice_over_connections(asterisk: Asterisk) -> None:
    before = asterisk.hears("Ping")
    asterisk.session.connection_lost("connection reset")
    asterisk.greets_and_accepts()
    assert asterisk.hears("Ping") != before


def test_half_a_message_of_the_lost_connection_is_forgotten(asterisk: Asterisk) -> None:
    asterisk.session.receive(b"Event: Newchannel\r\nUniq", 0)
    asterisk.session.connection_lost("connection reset")
    asterisk.greets_and_accepts()
    (event,) = asterisk.says(("Event", "Hangup"), ("Uniqueid", "L-1"))
    assert event == {"Event": "Hangup", "Uniqueid": "L-1"}


def test_closing_is_no_loss(asterisk: Asterisk) -> None:
    assert asterisk.session.close() == [SessionState.CLOSED]
    assert asterisk.session.error is None
    assert asterisk.session.receive(b"Event: Hangup\r\n\r\n", 0) == []
    assert asterisk.session.close() == []


def test_dropped_events_ask_for_another_snapshot(asterisk: Asterisk) -> None:
    assert asterisk.session.resync() == [SessionState.SYNCING]
    asterisk.session.synced()
    assert asterisk.session.resync() == [SessionState.SYNCING]


# --- the table ------------------------------------------------------------------------------------


def test_every_state_can_be_reached() -> None:
    assert SESSION.reachable() == frozenset(SessionState)


def test_every_state_but_closed_can_be_left_by_closing() -> None:
    for state in set(SessionState) - {SessionState.CLOSED}:
        assert SESSION.after(state, SessionTrigger.CLOSE) is SessionState.CLOSED


def test_a_snapshot_cannot_be_complete_before_the_login() -> None:
    asterisk = Asterisk()
    asterisk.session.connect(PREFIX, 0)
    with pytest.raises(IllegalTransition):
        asterisk.session.synced()
    assert asterisk.session.state is SessionState.GREETING


class Storm:
    """Anything may happen to a session, in any order; the states it walks through must be in the table."""

    def __init__(self) -> None:
        self.asterisk = Asterisk(md5=False, pending_max=3)
        self.walk: list[SessionState] = [SessionState.CLOSED]
        self.sent: list[str] = []
        self.settled: list[str] = []

    def take(self, happenings: list[Happening]) -> None:
        for happening in happenings:
            if isinstance(happening, SessionState):
                self.walk.append(happening)
            elif isinstance(happening, ActionReply):
                self.settled.append(happening.action_id)

    def blow(self, wind: str) -> None:
        session, asterisk = self.asterisk.session, self.asterisk
        match wind:
            case "connect" if session.state in (SessionState.CLOSED, SessionState.LOST):
                self.take(session.connect(PREFIX, asterisk.now_us))
            case "greet":
                self.take(session.receive(GREETING, asterisk.now_us))
            case "answer" | "refuse":
                word = "Success" if wind == "answer" else "Error"
                for action in asterisk.read():
                    self.take(asterisk.says(("Response", word), ("ActionID", action["ActionID"])))
            case "break":
                self.take(session.connection_lost("reset"))
            case "close":
                self.take(session.close())
            case "sync" if session.state is SessionState.SYNCING:
                self.take(session.synced())
            case "resync" if session.state in (SessionState.SYNCING, SessionState.LIVE):
                self.take(session.resync())
            case "wait":
                self.take(asterisk.waits(2))
            case "act" if session.state in (SessionState.SYNCING, SessionState.LIVE):
                self.act()

    def act(self) -> None:
        if len(self.sent) - len(self.settled) < 2:
            self.sent.append(self.asterisk.session.send("Redirect", now_us=self.asterisk.now_us))


WINDS = ["connect", "greet", "answer", "refuse", "break", "close", "sync", "resync", "wait", "act"]


@given(st.lists(st.sampled_from(WINDS), max_size=60))
def test_whatever_happens_the_table_holds_and_each_action_ends_once(winds: list[str]) -> None:
    storm = Storm()
    for wind in winds:
        storm.blow(wind)
    for here, following in pairwise(storm.walk):
        assert any(SESSION.rows.get((here, trigger)) is following for trigger in SessionTrigger)
    storm.blow("close")
    assert storm.asterisk.session.state is SessionState.CLOSED
    assert sorted(storm.settled) == sorted(storm.sent)
