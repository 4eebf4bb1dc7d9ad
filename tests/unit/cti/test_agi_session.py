"""The conversation with one channel: a reply never lands at the wrong command."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.kernel.errors import PbxError
from cti.agi.session import (
    AGI,
    WAITING_MAX,
    AgiEvent,
    AgiSession,
    AgiState,
    AgiTrigger,
    Ended,
    Ending,
    Opened,
    Replied,
)
from cti.agi.wire import Reply, decode_command, encode_command

OPENING = b"agi_uniqueid: 1.1\nagi_callerid: 555\n\n"
PLAY = encode_command("STREAM FILE", "welcome", "#")
ANSWER = encode_command("ANSWER")
LISTEN = encode_command("WAIT FOR DIGIT", "5000")
MARK_1 = encode_command("GET FULL VARIABLE", "goldline-mark-1")
MARK_1_REPLY = b"200 result=1 (goldline-mark-1)\n"


@dataclass
class Talk:
    """A session, what it wrote, and what each command was told."""

    session: AgiSession = field(default_factory=AgiSession)
    written: list[bytes] = field(default_factory=list)
    told: list[tuple[str, Reply | None]] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)

    def opened(self) -> Talk:
        assert isinstance(self.session.receive(OPENING)[0], Opened)
        return self

    def send(self, name: str, command: bytes) -> Talk:
        self.session.send(command, lambda reply: self.told.append((name, reply)))
        return self._flush()

    def cut(self) -> Talk:
        self.session.cut()
        return self._flush()

    def remind(self) -> Talk:
        self.session.remind()
        return self._flush()

    def hear(self, chunk: bytes) -> Talk:
        return self._deliver(self.session.receive(chunk))

    def lose(self) -> Talk:
        return self._deliver(self.session.receive_eof())

    def close(self) -> Talk:
        return self._deliver(self.session.close())

    def _deliver(self, events: list[AgiEvent]) -> Talk:
        self._flush()
        for event in events:
            if isinstance(event, Replied):
                event.on_reply(event.reply)
            elif isinstance(event, Ended):
                self.endings.append(event.ending)
        return self

    def _flush(self) -> Talk:
        if outgoing := self.session.bytes_to_send():
            self.written.append(outgoing)
        return self


def test_commands_go_out_one_by_one() -> None:
    talk = Talk().opened().send("play", PLAY).send("listen", LISTEN)
    assert talk.written == [PLAY]
    talk.hear(b"200 result=0 endpos=8160\n")
    assert talk.written == [PLAY, LISTEN]
    talk.hear(b"200 result=49\n")
    assert talk.told == [("play", Reply(200, "0", None, 8160)), ("listen", Reply(200, "49"))]


def test_a_command_given_before_the_environment_waits_for_it() -> None:
    talk = Talk().send("play", PLAY)
    assert talk.written == []
    talk.hear(OPENING)
    assert talk.written == [PLAY]


def test_a_cut_prompt_without_a_reply_lends_none_from_the_next_command() -> None:
    talk = Talk().opened().send("play", PLAY).cut().send("listen", LISTEN)
    assert talk.written == [PLAY, MARK_1]
    talk.hear(MARK_1_REPLY)
    assert talk.told == [("play", None)]
    assert talk.written == [PLAY, MARK_1, LISTEN]
    talk.hear(b"200 result=50\n")
    assert talk.told[-1] == ("listen", Reply(200, "50"))


def test_a_prompt_that_ended_as_the_cut_was_on_its_way_keeps_its_reply() -> None:
    talk = Talk().opened().send("play", PLAY).cut().send("listen", LISTEN)
    talk.hear(b"200 result=49 endpos=100\n")
    assert talk.told == [("play", Reply(200, "49", None, 100))]
    assert talk.written == [PLAY, MARK_1], "the mark's own reply is still to come"
    talk.hear(MARK_1_REPLY).hear(b"200 result=50\n")
    assert talk.told[1:] == [("listen", Reply(200, "50"))]


def test_a_cut_forgets_the_commands_that_wait() -> None:
    talk = Talk().opened().send("play", PLAY).send("listen", LISTEN).cut().hear(MARK_1_REPLY)
    assert talk.written == [PLAY, MARK_1]
    assert talk.told == [("play", None)]
    assert talk.session.state is AgiState.IDLE


def test_cutting_twice_sends_one_mark() -> None:
    talk = Talk().opened().send("play", PLAY).cut().cut()
    assert talk.written == [PLAY, MARK_1]


def test_a_mark_asterisk_overlooked_is_sent_again_and_both_are_awaited() -> None:
    """Read together with the command before it, a mark lies in run_agi's buffer until more bytes arrive."""
    talk = Talk().opened().send("answer", ANSWER).cut().send("listen", LISTEN).hear(b"200 result=0\n")
    assert talk.written == [ANSWER, MARK_1]
    talk.remind().hear(MARK_1_REPLY)
    assert talk.written == [ANSWER, MARK_1, MARK_1], "the reminder would cut the next command short"
    talk.hear(MARK_1_REPLY)
    assert talk.written == [ANSWER, MARK_1, MARK_1, LISTEN]
    assert talk.told == [("answer", Reply(200, "0"))]


def test_a_prompt_that_a_reminder_cut_has_no_reply() -> None:
    talk = Talk().opened().send("play", PLAY).cut().remind().send("listen", LISTEN)
    talk.hear(MARK_1_REPLY)
    assert talk.told == [("play", None)]
    talk.hear(MARK_1_REPLY).hear(b"200 result=50\n")
    assert talk.told == [("play", None), ("listen", Reply(200, "50"))]


def test_without_a_mark_there_is_nothing_to_remind_of() -> None:
    assert Talk().opened().send("play", PLAY).remind().written == [PLAY]


def test_nothing_under_way_needs_no_cut() -> None:
    assert Talk().opened().cut().written == []


def test_each_cut_has_a_mark_of_its_own() -> None:
    talk = Talk().opened().send("one", PLAY).cut().hear(MARK_1_REPLY).send("two", PLAY).cut()
    talk.hear(MARK_1_REPLY)
    assert talk.session.state is AgiState.OUTRUN, "an old mark is no mark"


def test_hangup_instead_of_a_reply_ends_it() -> None:
    talk = Talk().opened().send("play", PLAY).send("listen", LISTEN).hear(b"HANGUP\n").lose()
    assert talk.endings == [Ending.HANGUP]
    assert talk.told == []
    assert talk.written == [PLAY]


@pytest.mark.parametrize("last", [b"HANGUP\n", b"511 Command Not Permitted on a dead channel\n"])
def test_a_dead_channel_ends_it_while_cutting(last: bytes) -> None:
    assert Talk().opened().send("play", PLAY).cut().hear(last).endings == [Ending.HANGUP]


def test_hangup_while_idle_ends_it() -> None:
    assert Talk().opened().hear(b"HANGUP\n200 result=0\n").endings == [Ending.HANGUP]


def test_a_stream_that_just_ends_is_a_broken_link() -> None:
    assert Talk().opened().lose().endings == [Ending.BROKEN]


def test_closing_is_our_own_ending() -> None:
    talk = Talk().opened().close().lose().send("play", PLAY)
    assert talk.endings == [Ending.CLOSED]
    assert talk.written == []


@pytest.mark.parametrize("stray", [b"200 result=0\n", b"what?\n", MARK_1_REPLY])
def test_words_nobody_asked_for_break_the_link(stray: bytes) -> None:
    assert Talk().opened().hear(stray).hear(b"HANGUP\n").endings == [Ending.BROKEN]


def test_a_second_reply_to_a_cut_command_breaks_the_link() -> None:
    talk = Talk().opened().send("play", PLAY).cut().hear(b"200 result=0 endpos=1\n200 result=0\n")
    assert talk.endings == [Ending.BROKEN]


def test_a_command_may_be_given_from_within_a_reply() -> None:
    talk = Talk().opened()

    def listen_next(_reply: Reply | None) -> None:
        talk.send("listen", LISTEN)

    talk.session.send(PLAY, listen_next)
    talk.hear(b"200 result=0 endpos=1\n")
    assert b"".join(talk.written) == PLAY + LISTEN


def test_the_waiting_line_is_bounded() -> None:
    talk = Talk().opened().send("under way", PLAY)
    for number in range(WAITING_MAX):
        talk.send(str(number), PLAY)
    with pytest.raises(PbxError):
        talk.send("one too many", PLAY)


def test_every_state_can_be_reached_and_ends() -> None:
    assert AGI.reachable() == frozenset(AgiState)
    assert all(AGI.allows(state, AgiTrigger.END) for state in AgiState if state is not AgiState.ENDED)


PRESSES = st.sampled_from(["send", "cut", "remind", "answer", "hang up", "lose", "close"])


@given(st.lists(PRESSES, max_size=30), st.data())
def test_any_course_keeps_every_reply_with_its_command(presses: list[str], draw: st.DataObject) -> None:
    """Against an Asterisk that answers in order and may leave a command that is cut without a reply."""
    talk, asterisk = Talk().opened(), FarSide()
    for number, press in enumerate(presses):
        before = talk.session.state
        match press:
            case "send" if len(talk.written) < WAITING_MAX:
                talk.send(str(number), encode_command("SAY NUMBER", str(number)))
            case "cut":
                talk.cut()
            case "remind":
                talk.remind()
            case "answer":
                heard = asterisk.answer(talk.written, draw.draw(st.booleans()))
                talk.hear(heard)
            case "hang up":
                talk.hear(b"HANGUP\n")
            case "lose":
                talk.lose()
            case "close":
                talk.close()
        assert_on_the_table(before, talk.session.state)
    assert all(reply is None or reply.result == name for name, reply in talk.told)
    assert len(talk.endings) <= 1
    assert Ending.BROKEN not in talk.endings or "lose" in presses


def assert_on_the_table(before: AgiState, after: AgiState) -> None:
    """A turn takes at most two steps: a reply, and the next command after it."""
    direct = {after for (origin, _), after in AGI.rows.items() if origin is before} | {before}
    assert after in direct | {AGI.rows[here, to] for here, to in AGI.rows if here in direct}


class FarSide:
    """Answers each command with the number it was asked to say, and a mark with itself."""

    def __init__(self) -> None:
        self._answered = 0

    def answer(self, written: list[bytes], plays_on: bool) -> bytes:
        lines = b"".join(written).decode().splitlines()[self._answered :]
        if not lines:
            return b""
        words = [decode_command(line) for line in lines]
        if [word[0] for word in words[:2]] == ["SAY", "GET"] and not plays_on:
            words = words[1:]
            self._answered += 1
        self._answered += 1
        return self._reply(words[0])

    def _reply(self, words: list[str]) -> bytes:
        last = words[-1]
        return f"200 result=1 ({last})\n".encode() if words[0] == "GET" else f"200 result={last}\n".encode()
