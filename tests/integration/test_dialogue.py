"""Dialogues on a real Asterisk: what each command does when it is cut, refused, or its caller goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from core.model.commands import (
    AnswerLeg,
    CollectDigits,
    DialogueStep,
    PlayMusic,
    PlayPrompt,
    RecordMessage,
)
from core.model.events import AnomalySeen, DialogueClosed, DialogueOpened, StepFinished
from core.model.ids import LegId
from core.model.message import Event
from core.model.prompts import Part, SayDate, SayDigits, SayNumber, Sound
from core.model.tag import Tag
from cti.agi.server import AgiServer, AgiSettings, Verdict
from cti.asterisk.dialogue import Dialogues, DialogueSettings
from tests.services.ami_observer import AmiObserver, Message
from tests.services.asterisk import RealAsterisk
from tests.services.sipp import Callers, Phones, Press, Wait

pytestmark = pytest.mark.asterisk

StartCallers = Callable[..., Callers]
StartPhone = Callable[..., Phones]
LIMIT_S = 10
LONG = Sound("basic-pbx-ivr-main")
NOTE = Tag(role="caller", contact="C-1-000001", customer="Ö, \"x\" & 'y' ${EXTEN}").encode()


class LoopClock:
    def now_us(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e6)


class Engine:
    """Gives steps to the one caller in hand and keeps what it is told."""

    def __init__(self, asterisk: RealAsterisk) -> None:
        self.clock = LoopClock()
        self._told: asyncio.Queue[Event] = asyncio.Queue()
        settings = DialogueSettings(recordings_folder=str(asterisk.folder / "spool"))
        self.dialogues = Dialogues(self._told.put_nowait, self.clock, settings)
        agi = AgiSettings(port=asterisk.dialplan.agi_port, token=asterisk.dialplan.agi_token)
        self.server = AgiServer(agi, self.dialogues.accept)
        self.leg_id = LegId("")

    async def told(self) -> Event:
        async with asyncio.timeout(LIMIT_S):
            return await self._told.get()

    async def caller(self) -> DialogueOpened:
        opened = await self.told()
        assert isinstance(opened, DialogueOpened)
        self.leg_id = opened.leg_id
        self.dialogues.execute(AnswerLeg(leg_id=self.leg_id, step="answer"))
        assert await self.outcome("answer") == ("done", "")
        return opened

    async def outcome(self, step: str) -> tuple[str, str]:
        event = await self.told()
        assert isinstance(event, StepFinished), event
        assert event.step == step
        return event.outcome, event.digits

    def play(self, step: str, *parts: Part, stop: str = "") -> None:
        self.dialogues.execute(
            PlayPrompt(leg_id=self.leg_id, step=step, prompt=parts, language="en", stop_digits=stop)
        )

    def collect(self, step: str, *prompt: Part, digits_max: int = 4, first_s: float = 3) -> None:
        self.dialogues.execute(self.collecting(step, *prompt, digits_max=digits_max, first_s=first_s))

    def collecting(self, step: str, *prompt: Part, digits_max: int = 4, first_s: float = 3) -> DialogueStep:
        return CollectDigits(
            leg_id=self.leg_id,
            step=step,
            prompt=prompt,
            language="en",
            digits_max=digits_max,
            terminators="#",
            first_timeout_us=round(first_s * 1e6),
            next_timeout_us=1_000_000,
        )

    def record(self, step: str, duration_s: float) -> None:
        self.dialogues.execute(
            RecordMessage(
                leg_id=self.leg_id,
                step=step,
                recording="C-1-000001",
                duration_max_us=round(duration_s * 1e6),
                silence_us=0,
            )
        )

    def hold(self, step: str) -> None:
        self.dialogues.execute(PlayMusic(leg_id=self.leg_id, step=step, music="default"))


@pytest.fixture
async def engine(asterisk: RealAsterisk, observer: AmiObserver) -> AsyncIterator[Engine]:
    engine = Engine(asterisk)
    await engine.server.start()
    yield engine
    await engine.server.stop()


def runs(command: str) -> Callable[[Message], bool]:
    """Return a test for the event that Asterisk has begun an AGI command."""
    return lambda event: event.get("Event") == "AGIExecStart" and event["Command"].startswith(command)


def recordings(asterisk: RealAsterisk) -> list[str]:
    """Return the names of the files that callers have recorded."""
    return [path.name for path in (asterisk.folder / "spool").iterdir()]


SPOKEN = [
    pytest.param("STREAM FILE", LONG, id="recording"),
    pytest.param("SAY DIGITS", SayDigits("12"), id="digits"),
    pytest.param("SAY NUMBER", SayNumber(12), id="number"),
    pytest.param("SAY DATE", SayDate(1_700_000_000), id="date"),
]


@pytest.mark.parametrize(("command", "part"), SPOKEN)
async def test_whatever_is_cut_the_next_step_gets_its_own_reply(
    callers: StartCallers, engine: Engine, observer: AmiObserver, command: str, part: Part
) -> None:
    callers(["5550001"])
    await engine.caller()
    engine.play("old", part, LONG)
    await observer.seen(runs(command))
    engine.collect("new", first_s=0.2)
    assert await engine.outcome("old") == ("done", "")
    assert await engine.outcome("new") == ("timeout", "")
    assert engine.server.verdicts == {Verdict.ACCEPTED: 1}


async def test_a_cut_wait_for_a_key_and_a_cut_recording_lend_no_reply(
    callers: StartCallers, engine: Engine, observer: AmiObserver
) -> None:
    callers(["5550001"])
    await engine.caller()
    engine.collect("keys")
    await observer.seen(runs("WAIT FOR DIGIT"))
    engine.record("message", duration_s=1)
    await observer.seen(runs("RECORD FILE"))
    engine.play("bye", Sound("beep"))
    ended = [await engine.outcome(step) for step in ("keys", "message", "bye")]
    assert ended == [("done", ""), ("done", ""), ("done", "")]


async def test_a_recording_is_cut_within_a_tenth_of_a_second(
    callers: StartCallers, engine: Engine, observer: AmiObserver
) -> None:
    callers(["5550001"])
    await engine.caller()
    engine.play("old", LONG)
    await observer.seen(runs("STREAM FILE"))
    began_us = engine.clock.now_us()
    engine.hold("music")
    assert await engine.outcome("old") == ("done", "")
    assert await engine.outcome("music") == ("done", "")
    assert engine.clock.now_us() - began_us < 100_000


async def test_keys_pressed_in_the_prompt_and_after_it_are_all_kept(
    callers: StartCallers, engine: Engine
) -> None:
    keys = [Wait(300), Press("4"), Wait(150), Press("0"), Wait(150), Press("7"), Wait(150), Press("#")]
    callers(["5550001"], steps=[*keys, Wait(5_000)])
    await engine.caller()
    engine.collect("account", LONG, digits_max=8)
    assert await engine.outcome("account") == ("done", "407")


async def test_a_key_that_is_asked_for_ends_a_prompt(callers: StartCallers, engine: Engine) -> None:
    callers(["5550001"], steps=[Wait(300), Press("1"), Wait(300), Press("9"), Wait(5_000)])
    await engine.caller()
    engine.play("menu", LONG, stop="9*")
    assert await engine.outcome("menu") == ("done", "9")


async def test_a_missing_recording_is_no_hangup(callers: StartCallers, engine: Engine) -> None:
    callers(["5550001"])
    await engine.caller()
    engine.play("p", Sound("not/there"), Sound("beep"))
    anomaly = await engine.told()
    assert isinstance(anomaly, AnomalySeen)
    assert (anomaly.kind, anomaly.where) == ("prompt_missing", "not/there")
    assert await engine.outcome("p") == ("failed", "")


@pytest.mark.parametrize("step", ["prompt", "number", "keys", "message", "music"])
async def test_a_caller_who_hangs_up_in_any_step(callers: StartCallers, engine: Engine, step: str) -> None:
    # Without media Asterisk gives ANSWER half a second to see some (ast_answer), and only then replies.
    callers(["5550001"], steps=[Wait(1_000)])
    await engine.caller()
    begin: dict[str, Callable[[], None]] = {
        "prompt": lambda: engine.play("prompt", LONG, LONG),
        "number": lambda: engine.play("number", SayNumber(777_777), LONG),
        "keys": lambda: engine.collect("keys"),
        "message": lambda: engine.record("message", duration_s=5),
        "music": lambda: engine.hold("music"),
    }
    begin[step]()
    assert await engine.outcome(step) == ("done" if step == "music" else "hangup", "")
    assert isinstance(await engine.told(), DialogueClosed)


async def test_a_message_lies_in_its_folder(
    callers: StartCallers, engine: Engine, asterisk: RealAsterisk
) -> None:
    callers(["5550001"])
    await engine.caller()
    engine.record("message", duration_s=0.5)
    assert await engine.outcome("message") == ("timeout", "")
    assert "C-1-000001.wav" in recordings(asterisk)


async def test_our_note_comes_back_after_a_restart_of_ours(
    callers: StartCallers, engine: Engine, asterisk: RealAsterisk
) -> None:
    callers(["5550001"])
    first = await engine.caller()
    assert first.tag == ""
    assert engine.dialogues.tag(first.leg_id, NOTE)
    # Answered only once the note is written.
    engine.play("p", Sound("beep"))
    assert await engine.outcome("p") == ("done", "")
    await engine.server.stop()
    assert isinstance(await engine.told(), DialogueClosed)
    successor = Engine(asterisk)
    await successor.server.start()
    again = await successor.caller()
    assert (again.leg_id, again.tag) == (first.leg_id, NOTE)
    assert (again.caller_number, again.dialed_number) == ("5550001", "5551000")
    await successor.server.stop()


async def test_a_leg_sent_on_rings_the_number(
    callers: StartCallers, phone: StartPhone, engine: Engine, observer: AmiObserver
) -> None:
    phone("1001")
    callers(["5550001"])
    await engine.caller()
    engine.hold("music")
    assert await engine.outcome("music") == ("done", "")
    assert engine.dialogues.leave_to(engine.leg_id, "goldline-transfer", "1001")
    assert isinstance(await engine.told(), DialogueClosed)
    joined = await observer.seen(
        lambda event: event.get("Event") == "BridgeEnter" and event["Uniqueid"] == engine.leg_id
    )
    assert joined["Context"] == "from-internal"


async def test_a_redirect_takes_the_caller_at_once(
    callers: StartCallers, engine: Engine, observer: AmiObserver
) -> None:
    callers(["5550001"])
    await engine.caller()
    engine.play("p", LONG, LONG)
    started = await observer.seen(runs("STREAM FILE"))
    began_us = engine.clock.now_us()
    response = await observer.act(
        "Redirect", Channel=started["Channel"], Context="from-trunk", Exten="7000", Priority="1"
    )
    assert response["Response"] == "Success"
    assert await engine.outcome("p") == ("hangup", "")
    assert isinstance(await engine.told(), DialogueClosed)
    assert engine.clock.now_us() - began_us < 200_000
