"""Dialogues with callers over a real socket, against an Asterisk that the test plays line by line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from core.kernel.errors import PbxError, UnsafeText
from core.kernel.record import replace
from core.model.causes import Answerer
from core.model.commands import (
    AnswerLeg,
    AwaitSilence,
    CollectDigits,
    DialogueStep,
    PlayMusic,
    PlayPrompt,
    RecordMessage,
)
from core.model.events import AnomalySeen, AnswererJudged, DialogueClosed, DialogueOpened, StepFinished
from core.model.ids import LegId
from core.model.message import Event
from core.model.prompts import Prompt, SayDate, SayDigits, SayNumber, Sound
from core.model.tag import Tag
from cti.agi.server import AgiServer, AgiSettings
from cti.asterisk.dialogue import Dialogues, DialogueSettings
from tests.services.agi_caller import LIMIT_S, AgiCaller

LEG = LegId("1795315294.0")
NOW_US = 1_795_315_294_000_000
ANY_KEY = "0123456789*#"
WELCOME: Prompt = (Sound("welcome"),)
NOTE = Tag(role="caller", contact="C-1-000001").encode()


class StoppedClock:
    def now_us(self) -> int:
        return NOW_US


class Engine:
    """Stands where the engine stands: gives steps, and keeps what it is told."""

    def __init__(self) -> None:
        self._told: asyncio.Queue[Event] = asyncio.Queue()
        settings = DialogueSettings(languages={"zh": "zh_CN"})
        self.dialogues = Dialogues(self._told.put_nowait, StoppedClock(), settings)
        self.server = AgiServer(AgiSettings(port=0, token="0123456789abcdef"), self.dialogues.accept)

    async def told(self) -> Event:
        async with asyncio.timeout(LIMIT_S):
            return await self._told.get()

    def told_nothing_more(self) -> bool:
        return self._told.empty()

    async def opened(self) -> DialogueOpened:
        event = await self.told()
        assert isinstance(event, DialogueOpened)
        return event


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    engine = Engine()
    await engine.server.start()
    yield engine
    await engine.server.stop()


@pytest.fixture
async def caller(engine: Engine) -> AsyncIterator[AgiCaller]:
    """Return a caller in the engine's hands."""
    async with AgiCaller(engine.server.url) as caller:
        await engine.opened()
        yield caller


def answer(step: str) -> AnswerLeg:
    return AnswerLeg(leg_id=LEG, step=step)


def play(step: str, *parts: str, stop: str = "", language: str = "en") -> PlayPrompt:
    prompt = tuple(map(Sound, parts or ("welcome",)))
    return PlayPrompt(leg_id=LEG, step=step, prompt=prompt, language=language, stop_digits=stop)


def collect(
    step: str, prompt: Prompt = WELCOME, digits_max: int = 4, terminators: str = "#"
) -> CollectDigits:
    return CollectDigits(
        leg_id=LEG,
        step=step,
        prompt=prompt,
        language="en",
        digits_max=digits_max,
        terminators=terminators,
        first_timeout_us=5_000_000,
        next_timeout_us=2_500_000,
    )


def record(step: str, recording: str = "C-1-000001", silence_us: int = 2_500_000) -> RecordMessage:
    return RecordMessage(
        leg_id=LEG, step=step, recording=recording, duration_max_us=60_000_000, silence_us=silence_us
    )


def music(step: str, name: str = "default") -> PlayMusic:
    return PlayMusic(leg_id=LEG, step=step, music=name)


def finished(step: str, outcome: str, digits: str = "") -> StepFinished:
    return StepFinished(at_us=NOW_US, leg_id=LEG, step=step, outcome=outcome, digits=digits)


CLOSED = DialogueClosed(at_us=NOW_US, leg_id=LEG)

# --- opening ------------------------------------------------------------------------------------


async def test_a_caller_comes_with_number_dialed_number_and_our_note(engine: Engine) -> None:
    told = {"agi_calleridname": "Ann", "agi_arg_2": NOTE, "agi_language": "zh_CN"}
    half_a_minute_ago = NOW_US - 30_000_000
    async with AgiCaller(engine.server.url, agi_arg_1=str(half_a_minute_ago), **told):
        assert await engine.opened() == DialogueOpened(
            at_us=NOW_US,
            leg_id=LEG,
            caller_number="5550001",
            caller_name="Ann",
            dialed_number="5551000",
            arrived_us=half_a_minute_ago,
            language="zh",
            tag=NOTE,
        )
        assert engine.dialogues.knows(LEG)


async def test_a_caller_of_whom_asterisk_knows_nothing(engine: Engine) -> None:
    unknown = {"agi_callerid": "unknown", "agi_extension": "s", "agi_dnid": "5559000"}
    async with AgiCaller(engine.server.url, **unknown):
        opened = await engine.opened()
        assert (opened.caller_number, opened.caller_name, opened.dialed_number) == ("", "", "5559000")
    async with AgiCaller(engine.server.url, agi_extension="s", agi_uniqueid="2.2"):
        assert await engine.told() == CLOSED
        assert (await engine.opened()).dialed_number == ""


@pytest.mark.parametrize(
    ("said", "answerer", "silent_us"),
    [
        ("HUMAN:HUMAN-780-700", Answerer.PERSON, 780_000),
        ("MACHINE:LONGGREETING-1500-1500", Answerer.MACHINE, 0),
        ("MACHINE:INITIALSILENCE-2500-2500", Answerer.MACHINE, 0),
        ("NOTSURE:TOOLONG-5000", Answerer.UNSURE, 0),
        ("HANGUP:", Answerer.UNSURE, 0),
    ],
)
async def test_who_answered_is_told_before_the_leg_is_ours(
    engine: Engine, said: str, answerer: Answerer, silent_us: int
) -> None:
    async with AgiCaller(engine.server.url, agi_arg_3=said):
        assert await engine.told() == AnswererJudged(
            at_us=NOW_US, leg_id=LEG, answerer=answerer, reason=said.partition(":")[2], silent_us=silent_us
        )
        await engine.opened()


async def test_a_leg_that_comes_again_replaces_its_older_link(engine: Engine, caller: AgiCaller) -> None:
    async with AgiCaller(engine.server.url):
        assert await engine.told() == CLOSED
        await engine.opened()
        await caller.closed()
        assert engine.dialogues.knows(LEG)


# --- steps ----------------------------------------------------------------------------------------


async def test_a_call_from_answer_to_music(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(answer("a"))
    (await caller.told("ANSWER")).reply("0")
    assert await engine.told() == finished("a", "done")
    engine.dialogues.execute(music("m"))
    (await caller.told("SET", "MUSIC", "ON", "default")).reply("0")
    assert await engine.told() == finished("m", "done")
    # Whatever comes next ends the music.
    engine.dialogues.execute(play("p"))
    (await caller.told("SET", "MUSIC", "OFF")).reply("0")
    (await caller.told("STREAM", "FILE", "welcome", "")).reply("0", endpos=8160)
    assert await engine.told() == finished("p", "done")
    engine.dialogues.execute(play("q"))
    (await caller.told("STREAM", "FILE", "welcome", "")).reply("0", endpos=8160)
    assert await engine.told() == finished("q", "done")


async def test_every_kind_of_part_is_spoken_in_order(engine: Engine, caller: AgiCaller) -> None:
    prompt = (Sound("queue/position"), SayNumber(-17), SayDigits("0042"), SayDate(1_700_000_000))
    engine.dialogues.execute(replace(play("p", stop="*#"), prompt=prompt))
    (await caller.told("STREAM", "FILE", "queue/position", "*#")).reply("0", endpos=1)
    (await caller.told("SAY", "NUMBER", "-17", "*#")).reply("0")
    (await caller.told("SAY", "DIGITS", "0042", "*#")).reply("0")
    (await caller.told("SAY", "DATE", "1700000000", "*#")).reply("0")
    assert await engine.told() == finished("p", "done")


async def test_a_key_ends_the_prompt_and_is_told(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("p", "one", "two", stop="5"))
    (await caller.told("STREAM", "FILE", "one", "5")).press("5")
    assert await engine.told() == finished("p", "done", "5")


async def test_an_empty_prompt_is_over_at_once(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(replace(play("p"), prompt=()))
    assert await engine.told() == finished("p", "done")


async def test_the_language_is_set_once_for_each_change(engine: Engine, caller: AgiCaller) -> None:
    for step, language in (("1", "en"), ("2", "zh"), ("3", "zh"), ("4", "en")):
        engine.dialogues.execute(play(step, language=language))
        if step in "24":
            code = {"zh": "zh_CN", "en": "en"}[language]
            (await caller.told("SET", "VARIABLE", "CHANNEL(language)", code)).reply("1")
        (await caller.told("STREAM", "FILE", "welcome", "")).reply("0", endpos=8160)
        assert await engine.told() == finished(step, "done")


async def test_a_missing_recording_is_skipped_told_and_counted(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("p", "nowhere", "welcome"))
    (await caller.told("STREAM", "FILE", "nowhere", "")).reply("-1", endpos=0)
    (await caller.told("CHANNEL", "STATUS")).reply("6")
    (await caller.told("STREAM", "FILE", "welcome", "")).reply("0", endpos=8160)
    assert await engine.told() == AnomalySeen(
        at_us=NOW_US, pbx="asterisk", kind="prompt_missing", where="nowhere"
    )
    assert await engine.told() == finished("p", "failed")


async def test_a_menu_keeps_the_key_pressed_during_its_prompt(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(collect("c", (Sound("menu"), Sound("more"))))
    (await caller.told("STREAM", "FILE", "menu", ANY_KEY)).press("1")
    (await caller.told("WAIT", "FOR", "DIGIT", "2500")).press("*")
    (await caller.told("WAIT", "FOR", "DIGIT", "2500")).press("#")
    assert await engine.told() == finished("c", "done", "1*")


async def test_a_menu_of_one_key_needs_no_more_than_it(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(collect("c", digits_max=1))
    (await caller.told("STREAM", "FILE", "welcome", ANY_KEY)).press("2")
    assert await engine.told() == finished("c", "done", "2")


async def test_silence_after_the_prompt_times_out(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(collect("c"))
    (await caller.told("STREAM", "FILE", "welcome", ANY_KEY)).reply("0", endpos=8160)
    (await caller.told("WAIT", "FOR", "DIGIT", "5000")).reply("0")
    assert await engine.told() == finished("c", "timeout")


@pytest.mark.parametrize(("keys", "outcome"), [("12", "done"), ("1234", "done"), ("#", "timeout")])
async def test_keys_end_by_silence_number_or_terminator(
    engine: Engine, caller: AgiCaller, keys: str, outcome: str
) -> None:
    engine.dialogues.execute(collect("c", prompt=()))
    for number, key in enumerate(keys):
        (await caller.told("WAIT", "FOR", "DIGIT", "2500" if number else "5000")).press(key)
    if keys == "12":
        (await caller.told("WAIT", "FOR", "DIGIT", "2500")).reply("0")
    assert await engine.told() == finished("c", outcome, keys.rstrip("#"))


async def test_a_missing_prompt_does_not_undo_what_the_caller_keyed(
    engine: Engine, caller: AgiCaller
) -> None:
    engine.dialogues.execute(collect("c", digits_max=1))
    (await caller.told("STREAM", "FILE", "welcome", ANY_KEY)).reply("-1", endpos=0)
    (await caller.told("CHANNEL", "STATUS")).reply("6")
    (await caller.told("WAIT", "FOR", "DIGIT", "5000")).press("3")
    assert isinstance(await engine.told(), AnomalySeen)
    assert await engine.told() == finished("c", "done", "3")


@pytest.mark.parametrize(
    ("result", "note", "outcome"),
    [("35", "dtmf", "done"), ("0", "timeout", "timeout")],
)
async def test_a_message_is_recorded_under_its_name(
    engine: Engine, caller: AgiCaller, result: str, note: str, outcome: str
) -> None:
    engine.dialogues.execute(record("r"))
    path = "/var/spool/asterisk/goldline/C-1-000001"
    await caller.told("RECORD", "FILE", path, "wav", "#", "60000", "BEEP", "s=3")
    caller.reply(result, note, endpos=8000)
    assert await engine.told() == finished("r", outcome)


async def test_a_folder_nobody_may_write_to_fails_the_recording(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(record("r", silence_us=0))
    path = "/var/spool/asterisk/goldline/C-1-000001"
    (await caller.told("RECORD", "FILE", path, "wav", "#", "60000", "BEEP")).reply("-1", "writefile")
    (await caller.told("CHANNEL", "STATUS")).reply("6")
    assert await engine.told() == finished("r", "failed")


@pytest.mark.parametrize(("verdict", "outcome"), [("SILENCE", "done"), ("TIMEOUT", "timeout")])
async def test_a_machine_is_heard_out(engine: Engine, caller: AgiCaller, verdict: str, outcome: str) -> None:
    engine.dialogues.execute(AwaitSilence(leg_id=LEG, step="s", silence_us=800_000, limit_us=20_000_000))
    (await caller.told("EXEC", "WaitForSilence", "800,1,20")).reply("0")
    (await caller.told("GET", "VARIABLE", "WAITSTATUS")).reply("1", verdict)
    assert await engine.told() == finished("s", outcome)


async def test_an_asterisk_that_cannot_wait_for_silence_fails_the_step(
    engine: Engine, caller: AgiCaller
) -> None:
    engine.dialogues.execute(AwaitSilence(leg_id=LEG, step="s", silence_us=800_000, limit_us=20_000_000))
    (await caller.told("EXEC", "WaitForSilence", "800,1,20")).reply("-2")
    (await caller.told("CHANNEL", "STATUS")).reply("6")
    assert await engine.told() == finished("s", "failed")


# --- interruptions ----------------------------------------------------------------------------


async def test_a_new_step_cuts_the_prompt_short(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("old", "one", "two"))
    await caller.told("STREAM", "FILE", "one", "")
    engine.dialogues.execute(music("new"))
    assert await engine.told() == finished("old", "done")
    await caller.cut()
    (await caller.told("SET", "MUSIC", "ON", "default")).reply("0")
    assert await engine.told() == finished("new", "done")


async def test_a_key_pressed_as_the_next_step_is_on_its_way_is_not_its_own(
    engine: Engine, caller: AgiCaller
) -> None:
    engine.dialogues.execute(play("old", stop="1"))
    await caller.told("STREAM", "FILE", "welcome", "1")
    engine.dialogues.execute(collect("new", prompt=(), digits_max=1))
    assert await engine.told() == finished("old", "done")
    caller.press("1")
    await caller.cut()
    (await caller.told("WAIT", "FOR", "DIGIT", "5000")).press("2")
    assert await engine.told() == finished("new", "done", "2")


async def test_of_three_steps_in_a_row_only_the_last_is_heard(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("one", "one"))
    await caller.told("STREAM", "FILE", "one", "")
    engine.dialogues.execute(play("two", "two"))
    engine.dialogues.execute(play("three", "three"))
    assert [await engine.told(), await engine.told()] == [finished("one", "done"), finished("two", "done")]
    await caller.cut()
    (await caller.told("STREAM", "FILE", "three", "")).reply("0", endpos=1)
    assert await engine.told() == finished("three", "done")


# --- the end ------------------------------------------------------------------------------------


async def test_hangup_in_the_middle_of_a_prompt(engine: Engine, caller: AgiCaller) -> None:
    """As Asterisk 22.10 does it: first the prompt's -1, then the line HANGUP."""
    engine.dialogues.execute(play("p", "one", "two"))
    (await caller.told("STREAM", "FILE", "one", "")).reply("-1", endpos=8160)
    await caller.told("CHANNEL", "STATUS")
    caller.hang_up()
    assert [await engine.told(), await engine.told()] == [finished("p", "hangup"), CLOSED]
    await caller.closed()
    assert not engine.dialogues.knows(LEG)


async def test_hangup_instead_of_a_reply(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(collect("c", prompt=()))
    (await caller.told("WAIT", "FOR", "DIGIT", "5000")).hang_up()
    assert [await engine.told(), await engine.told()] == [finished("c", "hangup"), CLOSED]
    await caller.closed()


async def test_a_caller_bridged_away_from_the_music(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(music("m"))
    (await caller.told("SET", "MUSIC", "ON", "default")).reply("0")
    assert await engine.told() == finished("m", "done")
    caller.hang_up()
    assert await engine.told() == CLOSED
    await caller.closed()


async def test_a_broken_link_leaves_the_step_open(engine: Engine) -> None:
    async with AgiCaller(engine.server.url) as caller:
        await engine.opened()
        engine.dialogues.execute(play("p"))
        await caller.told("STREAM", "FILE", "welcome", "")
    assert await engine.told() == CLOSED, "were the step told as failed, a menu would ask and ask in vain"


async def test_a_step_for_a_leg_that_is_not_ours_fails(engine: Engine) -> None:
    engine.dialogues.execute(play("p"))
    assert await engine.told() == finished("p", "failed")


# --- notes and transfers ------------------------------------------------------------------------


async def test_a_note_is_left_before_the_step_that_follows(engine: Engine, caller: AgiCaller) -> None:
    assert engine.dialogues.tag(LEG, NOTE)
    engine.dialogues.execute(answer("a"))
    (await caller.told("SET", "VARIABLE", "GOLDLINE_TAG", NOTE)).reply("1")
    (await caller.told("ANSWER")).reply("0")
    assert await engine.told() == finished("a", "done")


async def test_a_note_does_not_cut_a_prompt_short(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("p"))
    await caller.told("STREAM", "FILE", "welcome", "")
    assert not engine.dialogues.tag(LEG, NOTE)
    caller.reply("0", endpos=8160)
    assert await engine.told() == finished("p", "done")


async def test_a_leg_is_sent_on_from_the_middle_of_a_prompt(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("p"))
    await caller.told("STREAM", "FILE", "welcome", "")
    assert engine.dialogues.leave_to(LEG, "goldline-transfer", "5559000")
    assert await engine.told() == finished("p", "done")
    await caller.cut()
    (await caller.told("SET", "CONTEXT", "goldline-transfer")).reply("0")
    (await caller.told("SET", "EXTENSION", "5559000")).reply("0")
    (await caller.told("SET", "PRIORITY", "1")).reply("0")
    await caller.closed()
    assert await engine.told() == CLOSED


async def test_a_leg_leaves_its_music_to_join_another(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(PlayMusic(leg_id=LEG, step="m", music="default"))
    (await caller.told("SET", "MUSIC", "ON", "default")).reply("0")
    assert await engine.told() == finished("m", "done")
    assert engine.dialogues.leave_to_join(LEG, "PJSIP/trunk-00000001")
    (await caller.told("SET", "MUSIC", "OFF")).reply("0")
    (await caller.told("SET", "VARIABLE", "GOLDLINE_PEER", "PJSIP/trunk-00000001")).reply("1")
    await caller.closed()
    assert await engine.told() == CLOSED


def test_a_leg_that_is_not_ours_takes_nothing() -> None:
    dialogues = Engine().dialogues
    assert not dialogues.leave_to_join(LEG, "PJSIP/trunk-00000001")
    assert not dialogues.tag(LEG, NOTE)
    assert not dialogues.leave_to(LEG, "goldline-transfer", "5559000")


# --- what may not go out --------------------------------------------------------------------------

FORGERIES = ["x\nHANGUP", "x\r", "x\0"]
BAD_NAMES = [*FORGERIES, "", "a b", 'a"b', "a\\b", "../a", "/a", "a.b", "${SHELL(id)}"]


@pytest.mark.parametrize("bad", BAD_NAMES)
async def test_a_step_with_a_text_that_may_not_go_out_fails_unsent(
    engine: Engine, caller: AgiCaller, bad: str
) -> None:
    steps: list[DialogueStep] = [
        play("s", "welcome", bad),
        play("s", stop=bad or "x"),
        play("s", language=bad or "x y"),
        replace(play("s"), prompt=(SayDigits(bad),)),
        collect("s", prompt=(Sound(bad),)),
        music("s", bad),
        record("s", bad),
        replace(record("s"), terminators=bad or "x"),
    ]
    for step in steps:
        engine.dialogues.execute(step)
        anomaly = await engine.told()
        assert isinstance(anomaly, AnomalySeen)
        assert (anomaly.kind, anomaly.where) == ("step_refused", type(step).__name__)
        assert await engine.told() == finished("s", "failed")
    engine.dialogues.execute(answer("a"))
    (await caller.told("ANSWER")).reply("0")
    assert await engine.told() == finished("a", "done")


async def test_a_refused_step_leaves_the_present_one_alone(engine: Engine, caller: AgiCaller) -> None:
    engine.dialogues.execute(play("p"))
    await caller.told("STREAM", "FILE", "welcome", "")
    engine.dialogues.execute(music("m", "no such\nname"))
    assert isinstance(await engine.told(), AnomalySeen)
    assert await engine.told() == finished("m", "failed")
    caller.reply("0", endpos=8160)
    assert await engine.told() == finished("p", "done")


@pytest.mark.parametrize("bad", [*FORGERIES, "5 5", 'x"'])
async def test_notes_contexts_and_numbers_that_may_not_go_out(
    engine: Engine, caller: AgiCaller, bad: str
) -> None:
    wanted = UnsafeText if bad in FORGERIES else PbxError
    with pytest.raises(wanted):
        engine.dialogues.tag(LEG, bad)
    with pytest.raises(wanted):
        engine.dialogues.leave_to(LEG, bad, "5559000")
    with pytest.raises(wanted):
        engine.dialogues.leave_to(LEG, "goldline-transfer", bad)
    with pytest.raises(wanted):
        engine.dialogues.leave_to_join(LEG, bad)
    assert engine.dialogues.tag(LEG, NOTE)
    await caller.told("SET", "VARIABLE", "GOLDLINE_TAG", NOTE)
