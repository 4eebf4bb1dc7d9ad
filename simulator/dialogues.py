"""Channels in the engine's hands: how they come there, carry out its steps, and leave.

The dialplan asks for the engine as over FastAGI: of a new caller, and of each leg that comes back.
"""

from __future__ import annotations

from functools import partial

from core.model.commands import DialogueStep
from core.model.events import AnswererJudged, DialogueClosed, DialogueOpened, StepFinished
from core.model.ids import LegId
from core.ports import Sink
from simulator.channel import Channel, Judgement
from simulator.dialogue import Dialogue
from simulator.dialplan_steps import RETRY_US, TAG_VARIABLE
from simulator.pbx import HOLD_MUSIC, Exchange

AGI = "AGI"
"""The application that a channel in our hands runs."""


class Dialogues:
    """The open dialogues, by leg; what becomes of them goes to `sink`."""

    def __init__(self, exchange: Exchange, sink: Sink) -> None:
        self._exchange = exchange
        self._now_us = exchange.now_us
        self._sink = sink
        self._open_ones: dict[str, Dialogue] = {}

    def __contains__(self, leg_id: str) -> bool:
        return leg_id in self._open_ones

    def open(self, channel: Channel) -> None:
        """Take the channel into the engine's hands, as its dialplan asks."""
        leg_id = LegId(channel.uniqueid)
        channel.application = AGI
        self._open_ones[leg_id] = Dialogue(self._exchange, channel, partial(self._report, leg_id))
        if channel.judgement is not None:
            self._sink(_judged(channel, channel.judgement, self._now_us()))
        self._sink(
            DialogueOpened(
                at_us=self._now_us(),
                leg_id=leg_id,
                caller_number=channel.caller_number,
                caller_name=channel.caller_name,
                dialed_number=channel.dialed_number,
                language=channel.language,
                tag=channel.variables.get(TAG_VARIABLE, ""),
                arrived_us=channel.created_us,
            )
        )

    def cut(self) -> None:
        """Break the link of every dialogue; the dialplan plays music and asks for us again in a moment."""
        for leg_id, dialogue in list(self._open_ones.items()):
            dialogue.cut()
            del self._open_ones[leg_id]
            self._sink(DialogueClosed(at_us=self._now_us(), leg_id=LegId(leg_id)))
            self._exchange.start_music(dialogue.channel, HOLD_MUSIC)
            self.ask_again_soon(dialogue.channel)

    def ask_again_soon(self, channel: Channel) -> None:
        """Let the dialplan ask for us again in a moment, where nobody has the channel by then."""
        self._exchange.after(RETRY_US, partial(self._reopen, channel))

    def _reopen(self, channel: Channel) -> None:
        if not channel.ended and channel.bridge is None and channel.uniqueid not in self._open_ones:
            self.open(channel)

    def close(self, channel: Channel) -> None:
        """Tell that the channel has left the engine's hands, if it was there."""
        if self._open_ones.pop(channel.uniqueid, None) is not None:
            self._sink(DialogueClosed(at_us=self._now_us(), leg_id=LegId(channel.uniqueid)))

    def _report(self, leg_id: LegId, step: str, outcome: str, digits: str) -> None:
        self._sink(
            StepFinished(at_us=self._now_us(), leg_id=leg_id, step=step, outcome=outcome, digits=digits)
        )

    def take(self, command: DialogueStep) -> None:
        """Carry out a step, which fails where the leg is not in our hands."""
        dialogue = self._open_ones.get(command.leg_id)
        if dialogue is not None:
            dialogue.take(command)
        else:
            self.fail(command)

    def fail(self, command: DialogueStep) -> None:
        """Tell that a step was not carried out."""
        self._report(command.leg_id, command.step, "failed", "")

    def hold_all(self) -> None:
        """Let every caller hear music, and forget them: the engine behind the sink is gone."""
        for dialogue in self._open_ones.values():
            self._exchange.start_music(dialogue.channel, HOLD_MUSIC)
        self._open_ones.clear()


def _judged(channel: Channel, judgement: Judgement, now_us: int) -> AnswererJudged:
    return AnswererJudged(
        at_us=now_us,
        leg_id=LegId(channel.uniqueid),
        answerer=judgement.answerer,
        reason=judgement.reason,
        silent_us=judgement.silent_us,
    )
