"""Machines that answer: told a message once they have said their greeting, and learned from.

Who is hung up on at once is let go by `outbound_calls`; here is what takes longer. From what agents say of
those whom they heard although they were taken for machines (`dialer.machine_rules`) the allowance learns.
"""

from __future__ import annotations

from core.engine import Engine
from core.model.attempt import AttemptState
from core.model.attempt_events import AttemptEnded
from core.model.commands import AwaitSilence, HangUpLeg, PlayPrompt
from core.model.disposition import ABANDONED, MACHINE, TALKED
from core.model.events import DialogueOpened, StepFinished
from core.model.prompts import Sound
from dialer.attempts import AttemptBook
from dialer.desk import CampaignDesk
from dialer.machine_rules import AuditedSample

SILENCE_STEP, MESSAGE_STEP = "machine:silence", "machine:message"


class Machines:
    """The feature that leaves messages, and learns from the audited sample."""

    def __init__(self, engine: Engine, desk: CampaignDesk, book: AttemptBook) -> None:
        self._engine = engine
        self._desk = desk
        self._book = book
        self._samples = {campaign.rules.name: AuditedSample() for campaign in desk}
        for campaign in desk:
            if campaign.rules.machines is not None:
                campaign.allowance.misjudged_ppm = self._samples[campaign.rules.name].misjudged_ppm
        engine.subscribe(DialogueOpened, self._in_our_hands)
        engine.subscribe(StepFinished, self._step_finished)
        engine.subscribe(AttemptEnded, self._attempt_ended)

    # --- messages ----------------------------------------------------------------------------------------

    def _in_our_hands(self, event: DialogueOpened) -> None:
        """Listen until the machine has said its greeting; one that comes again was cut off in ours."""
        attempt = self._book.of_leg(event.leg_id)
        if attempt is None or attempt.state is not AttemptState.MACHINE or attempt.rules.machines is None:
            return
        rules = attempt.rules.machines
        if attempt.message_us is not None:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))
        elif rules.message:
            self._engine.send(
                AwaitSilence(
                    leg_id=event.leg_id,
                    step=SILENCE_STEP,
                    silence_us=rules.silence_us,
                    limit_us=rules.greeting_max_us,
                )
            )

    def _step_finished(self, event: StepFinished) -> None:
        attempt = self._book.of_leg(event.leg_id)
        if attempt is None or attempt.rules.machines is None or event.outcome == "hangup":
            return
        if event.step == SILENCE_STEP:
            attempt.message_us = event.at_us
            self._engine.send(
                PlayPrompt(
                    leg_id=event.leg_id,
                    step=MESSAGE_STEP,
                    prompt=(Sound(attempt.rules.machines.message),),
                    language=attempt.lead.language,
                )
            )
        elif event.step == MESSAGE_STEP:
            self._engine.send(HangUpLeg(leg_id=event.leg_id))

    # --- the audited sample --------------------------------------------------------------------------------

    def _attempt_ended(self, event: AttemptEnded) -> None:
        """Learn from what an agent said it was; where no agent said anything, nothing is known."""
        record = event.record
        if record.audited and record.agent_id and record.disposition not in ("", TALKED, ABANDONED):
            sample = self._samples[event.campaign]
            sample.count(is_person=record.disposition != MACHINE)
            self._desk[event.campaign].allowance.misjudged_ppm = sample.misjudged_ppm
