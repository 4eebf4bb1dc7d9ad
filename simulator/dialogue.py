"""The dialogue with one caller in virtual time: carries out dialogue steps on a channel.

What FastAGI commands do one by one on the wire is done here per step, with the same outcome: a new step
interrupts the former, a key ends what listens to it, a hang-up or a bridge ends the dialogue.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.model.commands import (
    AnswerLeg,
    AwaitSilence,
    CollectDigits,
    DialogueStep,
    PlayMusic,
    PlayPrompt,
    RecordMessage,
)
from simulator.channel import Activity, Channel, Ending
from simulator.judging import silent_in_us
from simulator.pbx import Exchange
from simulator.sounds import prompt_us

ALL_KEYS = "0123456789*#"

Report = Callable[[str, str, str], None]
"""Called as report(step, outcome, digits), once for each step."""

_OUTCOMES = {
    Ending.COMPLETE: "done",
    Ending.KEY: "done",
    Ending.INTERRUPTED: "done",
    Ending.TAKEN: "hangup",
    Ending.HANGUP: "hangup",
}


class Dialogue:
    """The steps of one channel that is in the engine's hands."""

    def __init__(self, exchange: Exchange, channel: Channel, report: Report) -> None:
        self.channel = channel
        self._exchange = exchange
        self._report = report

    def take(self, command: DialogueStep) -> None:
        """Carry out `command`, interrupting the step before it."""
        self._exchange.interrupt(self.channel)
        match command:
            case AnswerLeg():
                self._exchange.answer(self.channel)
                self._report(command.step, "done", "")
            case AwaitSilence():
                self._await_silence(command)
            case PlayMusic():
                self._exchange.start_music(self.channel, command.music)
                self._report(command.step, "done", "")
            case PlayPrompt():
                self._play(command)
            case CollectDigits():
                self._collect(command, "")
            case RecordMessage():
                self._record(command)
            case _:
                self._report(command.step, "failed", "")

    def cut(self) -> None:
        """Interrupt the step under way and tell nothing of it: the link to the engine is broken."""
        self._report = _tell_nobody
        self._exchange.interrupt(self.channel)

    def _await_silence(self, command: AwaitSilence) -> None:
        silent_us = silent_in_us(self.channel, command.silence_us, self._exchange.now_us())
        if_heard_out = "done" if silent_us <= command.limit_us else "timeout"

        def finished(how: Ending, digit: str) -> None:
            self._report(command.step, if_heard_out if how is Ending.COMPLETE else _OUTCOMES[how], "")

        self._exchange.listen(self.channel, Activity.WAIT, min(silent_us, command.limit_us), "", finished)

    def _play(self, command: PlayPrompt) -> None:
        def finished(how: Ending, digit: str) -> None:
            self._report(command.step, _OUTCOMES[how], digit)

        duration_us = prompt_us(command.prompt)
        self._exchange.listen(self.channel, Activity.PROMPT, duration_us, command.stop_digits, finished)

    def _record(self, command: RecordMessage) -> None:
        def finished(how: Ending, digit: str) -> None:
            outcome = "timeout" if how is Ending.COMPLETE else _OUTCOMES[how]
            self._report(command.step, outcome, "")

        duration_us = command.duration_max_us
        self._exchange.listen(self.channel, Activity.RECORD, duration_us, command.terminators, finished)

    def _collect(self, command: CollectDigits, digits: str) -> None:
        """Wait for the next key; the time of the prompt is added before the first one."""
        activity, duration_us = Activity.WAIT, command.next_timeout_us
        if not digits:
            activity = Activity.PROMPT if command.prompt else Activity.WAIT
            duration_us = prompt_us(command.prompt) + command.first_timeout_us
        got_key = partial(self._collected, command, digits)
        self._exchange.listen(self.channel, activity, duration_us, ALL_KEYS, got_key)

    def _collected(self, command: CollectDigits, digits: str, how: Ending, digit: str) -> None:
        if how is Ending.COMPLETE:
            self._report(command.step, "done" if digits else "timeout", digits)
        elif how is not Ending.KEY:
            self._report(command.step, _OUTCOMES[how], digits)
        elif digit in command.terminators:
            self._report(command.step, "done" if digits else "timeout", digits)
        elif len(digits) + 1 >= command.digits_max:
            self._report(command.step, "done", digits + digit)
        else:
            self._collect(command, digits + digit)


def _tell_nobody(step: str, outcome: str, digits: str) -> None:
    """Report to an engine that cannot hear."""
