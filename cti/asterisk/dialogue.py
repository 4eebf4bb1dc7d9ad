"""Dialogues with callers: the half of the Asterisk port that speaks FastAGI.

The dialplan puts a caller into our hands by connecting to the FastAGI server, which gives the link to
`Dialogues.accept`. From then on the caller's leg takes steps, one at a time, until Asterisk says HANGUP:
the caller hung up, was bridged to an agent or sent elsewhere. The socket is closed at once then, for a
Redirect waits until it is. Which commands make a step is `cti.asterisk.steps`; which reply belongs to
which command is `cti.agi.session`.

What the caller's channel tells of itself was filtered by our dialplan (`cti.asterisk.dialplan`), which
also hands in as arguments when the call arrived and the note we left on it. No variable is read back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from core.kernel.clock import Clock
from core.kernel.errors import PbxError, UnsafeText
from core.model.causes import Answerer
from core.model.commands import CollectDigits, DialogueStep, PlayMusic, PlayPrompt
from core.model.events import AnomalySeen, AnswererJudged, DialogueClosed, DialogueOpened, StepFinished
from core.model.ids import LegId
from core.ports import Sink
from cti.agi.server import AgiLink
from cti.agi.session import Ending
from cti.agi.wire import Reply, encode_command
from cti.asterisk.commands import (
    HEARS_VARIABLE,
    PEER_VARIABLE,
    ROOM_VARIABLE,
    SPARES_VARIABLE,
    SPEAKS_VARIABLE,
    TAG_VARIABLE,
    YES,
    checked_number,
    checked_peer,
    checked_room,
    checked_tag,
)
from cti.asterisk.steps import (
    MUSIC_OFF,
    Script,
    StepResult,
    after,
    leaving,
    script_of,
    set_language,
    setting,
)

UNKNOWN = "unknown"
"""What FastAGI writes for a number or name that Asterisk does not know."""
ARRIVED_ARGUMENT, TAG_ARGUMENT, ANSWERER_ARGUMENT = "agi_arg_1", "agi_arg_2", "agi_arg_3"
"""The arguments of the dialplan's AGI line: when the leg arrived, our note on it, what AMD() made of it."""
ANSWERERS = {"HUMAN": Answerer.PERSON, "MACHINE": Answerer.MACHINE}
"""What AMDSTATUS says; NOTSURE is its third word."""
HEARD_SILENCE = re.compile(r"HUMAN-([0-9]{1,6})-[0-9]+")
"""Milliseconds of silence behind the greeting, which made AMD() think of a person (app_amd.c)."""
DIALED = re.compile(r"[0-9+*#]+")


@dataclass(frozen=True, kw_only=True)
class DialogueSettings:
    """How one Asterisk speaks and where it records.

    `languages` maps a language of ours to Asterisk's code for it, where the two differ. The folder for
    recordings is Asterisk's, which must be able to write there.
    """

    pbx: str = "asterisk"
    languages: Mapping[str, str] = field(default_factory=dict)
    recordings_folder: str = "/var/spool/asterisk/goldline"
    recording_format: str = "wav"


class Dialogues:
    """All callers in our hands, by leg."""

    def __init__(self, sink: Sink, clock: Clock, settings: DialogueSettings | None = None) -> None:
        self._sink = sink
        self._clock = clock
        self._settings = settings or DialogueSettings()
        self._dialogues: dict[LegId, _Dialogue] = {}

    def accept(self, link: AgiLink) -> None:
        """Take the caller on `link` into our hands and tell so; an older link of the same leg is closed."""
        leg_id = LegId(link.environment.get("agi_uniqueid", ""))
        if leg_id in self._dialogues:
            self._dialogues[leg_id].close()
        self._dialogues[leg_id] = _Dialogue(leg_id, link, self._sink, self._clock, self._settings)
        link.when_ended(partial(self._ended, leg_id))
        if judged := link.environment.get(ANSWERER_ARGUMENT, ""):
            self._sink(_judged(leg_id, judged, self._clock.now_us()))
        self._sink(_opened(leg_id, link.environment, self._settings, self._clock.now_us()))

    def knows(self, leg_id: LegId) -> bool:
        """Tell whether the leg is in our hands."""
        return leg_id in self._dialogues

    def address(self, leg_id: LegId) -> str:
        """Return the name of the leg's channel, empty where the leg is not in our hands."""
        dialogue = self._dialogues.get(leg_id)
        return dialogue.address if dialogue is not None else ""

    def execute(self, step: DialogueStep) -> None:
        """Carry out `step`, interrupting the one before; a refused one comes back as `failed` (see `Pbx`)."""
        dialogue = self._dialogues.get(step.leg_id)
        now_us = self._clock.now_us()
        try:
            if dialogue is not None and not dialogue.is_leaving:
                dialogue.take(step)
                return
        except (PbxError, UnsafeText):
            kind = type(step).__name__
            self._sink(AnomalySeen(at_us=now_us, pbx=self._settings.pbx, kind="step_refused", where=kind))
        self._sink(StepFinished(at_us=now_us, leg_id=step.leg_id, step=step.step, outcome="failed"))

    def tag(self, leg_id: LegId, tag: str) -> bool:
        """Leave our note on the leg within a fraction of a millisecond, where that disturbs nothing.

        Return False, with nothing done, where the leg is not in our hands, or hears a prompt which one
        more command would cut short: use AMI then. Raise as `checked_tag` does.
        """
        command = encode_command("SET VARIABLE", TAG_VARIABLE, checked_tag(tag))
        dialogue = self._dialogues.get(leg_id)
        return dialogue is not None and dialogue.set_aside(command)

    def leave_to(self, leg_id: LegId, context: str, number: str) -> bool:
        """Let the leg go on at `number` in the dialplan's `context`, interrupting its step.

        Return False, with nothing done, where the leg is not in our hands. Raise `PbxError` or
        `UnsafeText` for a context or number that may not go out.
        """
        return self._leave(leg_id, leaving(context, checked_number(number)))

    def leave_to_join(self, leg_id: LegId, peer_name: str, spares: bool = False) -> bool:
        """Let the leg join the channel `peer_name`, interrupting its step; it asks for us again afterwards.

        Return False, with nothing done, where the leg is not in our hands. Raise as `checked_peer` does.
        """
        how = {SPARES_VARIABLE: YES} if spares else {}
        return self._leave(leg_id, setting(**how, **{PEER_VARIABLE: checked_peer(peer_name)}))

    def leave_to_confer(self, leg_id: LegId, room: str) -> bool:
        """Let the leg into a conference; the rest is as with `leave_to_join`."""
        return self._leave(leg_id, setting(**{ROOM_VARIABLE: checked_room(room)}))

    def leave_to_hear(self, leg_id: LegId, name: str, options: str) -> bool:
        """Let the leg hear the channel `name` by ChanSpy's `options`; the rest is as with `leave_to_join`."""
        whom = {HEARS_VARIABLE: checked_peer(name), SPEAKS_VARIABLE: options}
        return self._leave(leg_id, setting(**whom))

    def _leave(self, leg_id: LegId, script: Script) -> bool:
        dialogue = self._dialogues.get(leg_id)
        if dialogue is None:
            return False
        dialogue.leave(script)
        return True

    def _ended(self, leg_id: LegId, ending: Ending) -> None:
        # Forgotten first, so whoever hears of the end finds no dialogue any more.
        self._dialogues.pop(leg_id).end(ending)


class _Dialogue:
    """One caller in our hands: the step under way and what the channel is set to."""

    def __init__(
        self, leg_id: LegId, link: AgiLink, sink: Sink, clock: Clock, settings: DialogueSettings
    ) -> None:
        self._leg_id = leg_id
        self._link = link
        self._sink = sink
        self._clock = clock
        self._settings = settings
        # The step that will be told as finished, empty while none runs, and its script.
        self._step = ""
        self._script: Script | None = None
        self._language_code = link.environment.get("agi_language", "")
        self._music_on = False
        self.is_leaving = False
        """Whether the channel is being sent elsewhere: it takes no more steps."""

    @property
    def address(self) -> str:
        """The name of the channel, as its greeting told it."""
        return self._link.environment.get("agi_channel", "")

    def take(self, step: DialogueStep) -> None:
        """Begin `step`; raise, with nothing changed, where a text of it may not go out."""
        script = self._prepared(step)
        self._interrupt()
        self._step = step.step
        self._music_on |= isinstance(step, PlayMusic)
        self._begin(script)

    def leave(self, script: Script) -> None:
        """Run `script`, then let the dialplan go on."""
        self.is_leaving = True
        self._interrupt()
        self._begin(after(MUSIC_OFF, self._set_music_off, script) if self._music_on else script)

    def set_aside(self, command: bytes) -> bool:
        """Send `command` beside any step if nothing is under way, and tell whether it was sent."""
        if not self._link.idle:
            return False
        self._link.send(command, _nobody_waits)
        return True

    def close(self) -> None:
        """Give the caller back to the dialplan."""
        self._link.close()

    def end(self, ending: Ending) -> None:
        """Tell that the link is over. A broken one says nothing of the step: the caller may come back."""
        self._script = None
        if ending is Ending.HANGUP:
            self._finish(StepResult("hangup"))
        self._sink(DialogueClosed(at_us=self._clock.now_us(), leg_id=self._leg_id))

    def _prepared(self, step: DialogueStep) -> Script:
        script = script_of(step, self._settings.recordings_folder, self._settings.recording_format)
        if isinstance(step, PlayPrompt | CollectDigits) and step.language:
            code = self._settings.languages.get(step.language, step.language)
            if code != self._language_code:
                script = after(set_language(code), partial(self._set_language, code), script)
        if self._music_on and not isinstance(step, PlayMusic):
            script = after(MUSIC_OFF, self._set_music_off, script)
        return script

    def _set_language(self, code: str) -> None:
        self._language_code = code

    def _set_music_off(self) -> None:
        self._music_on = False

    def _interrupt(self) -> None:
        if self._script is not None:
            self._script = None
            self._link.cut()
        self._finish(StepResult("done"))

    def _begin(self, script: Script) -> None:
        self._script = script
        self._go_on(script, None)

    def _replied(self, script: Script, reply: Reply | None) -> None:
        """Go on with `script`, unless another one has taken its place."""
        if script is self._script:
            self._go_on(script, reply)

    def _go_on(self, script: Script, reply: Reply | None) -> None:
        try:
            command = next(script) if reply is None else script.send(reply)
        except StopIteration as stop:
            self._script = None
            self._finished(stop.value)
        else:
            self._link.send(command, partial(self._replied, script))

    def _finished(self, result: StepResult) -> None:
        if self._step:
            self._finish(result)
        else:
            # What had no step was the leaving.
            self._link.close()

    def _finish(self, result: StepResult) -> None:
        for name in result.missing:
            self._sink(
                AnomalySeen(
                    at_us=self._clock.now_us(), pbx=self._settings.pbx, kind="prompt_missing", where=name
                )
            )
        step, self._step = self._step, ""
        if step:
            self._sink(
                StepFinished(
                    at_us=self._clock.now_us(),
                    leg_id=self._leg_id,
                    step=step,
                    outcome=result.outcome,
                    digits=result.digits,
                )
            )


def _nobody_waits(_reply: Reply | None) -> None:
    """Take a reply that tells nothing."""


def _judged(leg_id: LegId, judged: str, now_us: int) -> AnswererJudged:
    """Return what AMD() found: its status, a colon and its reason, which tells the silence of a person."""
    status, _, reason = judged.partition(":")
    silence = HEARD_SILENCE.fullmatch(reason)
    return AnswererJudged(
        at_us=now_us,
        leg_id=leg_id,
        answerer=ANSWERERS.get(status, Answerer.UNSURE),
        reason=reason,
        silent_us=int(silence[1]) * 1_000 if silence else 0,
    )


def _opened(
    leg_id: LegId, environment: Mapping[str, str], settings: DialogueSettings, now_us: int
) -> DialogueOpened:
    code = _known(environment, "agi_language")
    ours = {theirs: language for language, theirs in settings.languages.items()}
    return DialogueOpened(
        at_us=now_us,
        leg_id=leg_id,
        caller_number=_known(environment, "agi_callerid"),
        caller_name=_known(environment, "agi_calleridname"),
        dialed_number=_dialed_number(environment),
        language=ours.get(code, code),
        tag=environment.get(TAG_ARGUMENT, ""),
        arrived_us=_arrived_us(environment, now_us),
    )


def _arrived_us(environment: Mapping[str, str], now_us: int) -> int:
    """Return the instant that the dialplan wrote down when the caller came, 0 where it wrote none."""
    written = environment.get(ARRIVED_ARGUMENT, "")
    return min(int(written), now_us) if written.isascii() and written.isdigit() else 0


def _dialed_number(environment: Mapping[str, str]) -> str:
    """Return the extension, which our dialplan makes the dialed number, or the DNID where it is a letter."""
    candidates = (_known(environment, "agi_extension"), _known(environment, "agi_dnid"))
    return next((number for number in candidates if DIALED.fullmatch(number)), "")


def _known(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    return "" if value == UNKNOWN else value
