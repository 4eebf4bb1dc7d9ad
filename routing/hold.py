"""What a waiting caller hears: music, and now and then the place in line and the wait to expect.

The wait is told as one of the queue's bands, and never a longer one than before as long as the caller keeps
the place: who was told five minutes has a right to them. Where the queue's rules say so, who listens can
press a key to be called back instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, TypeGuard

from core.contacts import ContactBook
from core.engine import Engine
from core.model.commands import CancelTimer, PlayMusic, PlayPrompt, StartTimer, TagLeg
from core.model.contact import Contact, ContactState
from core.model.events import (
    ContactAbandoned,
    ContactConnected,
    ContactDiverted,
    ContactQueued,
    DialogueOpened,
    StepFinished,
    TimerFired,
    WaitAnnounced,
)
from core.model.ids import NO_LEG, ContactId, QueueName, TimerKey
from core.model.message import Event
from core.model.prompts import Prompt, Sound
from routing.callback_desk import CallbackDesk
from routing.estimate import Band, band_of
from routing.router import Router
from routing.rules import Queues
from routing.tags import caller_tag
from routing.waits import WaitEstimates

MUSIC_STEP = "hold:music"
ANNOUNCE_STEP = "hold:announce"

Announcer = Callable[[str, int, int, int | None], Prompt]
"""(language, position from 1, least and most minutes to wait) -> what to say, composed by the IVR's prompt
sets; no most where the wait has no end in sight."""


class _Offer(NamedTuple):
    """How a callback is offered within an announcement."""

    key: str = ""
    prompt: Prompt = ()


class Hold:
    """The feature that entertains those who wait."""

    def __init__(
        self,
        engine: Engine,
        contacts: ContactBook,
        router: Router,
        estimates: WaitEstimates,
        queues: Queues,
        callbacks: CallbackDesk,
        announcer: Announcer,
    ) -> None:
        self._engine = engine
        self._contacts = contacts
        self._router = router
        self._estimates = estimates
        self._queues = queues
        self._callbacks = callbacks
        self._announcer = announcer
        engine.subscribe(ContactQueued, self._queued)
        engine.subscribe(DialogueOpened, self._came_back)
        engine.on_timer("announce", self._announcement_due)
        engine.subscribe(StepFinished, self._announced)
        engine.subscribe(ContactConnected, self._over)
        engine.subscribe(ContactAbandoned, self._over)
        engine.subscribe(ContactDiverted, self._over)

    def _queued(self, event: ContactQueued) -> None:
        contact = self._contacts.get(event.contact_id)
        if not _waits(contact) or contact.leg_id == NO_LEG:
            return
        if contact.entered_us == event.at_us:
            contact.told_us = None  # a new place, of which the caller has heard nothing
        self._play_music(contact)
        first_us = self._queues[event.queue].announce_first_us
        if first_us:
            self._engine.send(StartTimer(key=_timer(contact.contact_id), at_us=event.at_us + first_us))

    def _came_back(self, event: DialogueOpened) -> None:
        """The caller's link was cut and made again: the music must be asked for anew."""
        contact = self._contacts.of_leg(event.leg_id)
        if _waits(contact):
            self._play_music(contact)

    def _announcement_due(self, event: TimerFired) -> None:
        contact = self._contacts.get(ContactId(event.key[1]))
        if contact is None or contact.queue is None:
            return
        position = self._router.position(contact)
        if position is not None:
            self._announce(contact, position, event)
        every_us = self._queues[contact.queue].announce_every_us
        if every_us:
            self._engine.send(StartTimer(key=event.key, at_us=event.at_us + every_us))

    def _announce(self, contact: Contact, position: int, now: Event) -> None:
        assert contact.queue is not None
        left_us = self._estimates.left_us(contact, now.at_us)
        contact.told_us = left_us if contact.told_us is None else min(left_us, contact.told_us)
        band = band_of(contact.told_us, self._queues[contact.queue].announce_edges_min)
        prompt = self._announcer(contact.language, position, band.low, band.high)
        offer = self._callback_offer(contact)
        self._engine.send(
            PlayPrompt(
                leg_id=contact.leg_id,
                step=ANNOUNCE_STEP,
                prompt=prompt + offer.prompt,
                language=contact.language,
                stop_digits=offer.key,
            )
        )
        # So that an engine started anew goes on from what the caller was told.
        self._engine.send(TagLeg(leg_id=contact.leg_id, tag=caller_tag(contact)))
        self._engine.publish(_told(contact, contact.queue, left_us, band, now))

    def _callback_offer(self, contact: Contact) -> _Offer:
        """Return the key that books a callback and what tells so; nothing where there can be none."""
        assert contact.queue is not None
        rules = self._queues[contact.queue].callback
        if rules is None or not rules.key or self._callbacks.refusal(contact, contact.queue):
            return _Offer()
        return _Offer(rules.key, (Sound(rules.offer),) if rules.offer else ())

    def _announced(self, event: StepFinished) -> None:
        contact = self._contacts.of_leg(event.leg_id)
        if event.step != ANNOUNCE_STEP or event.outcome == "hangup" or not _waits(contact):
            return
        if event.digits and self._callbacks.leave_line(contact, event):
            self._engine.send(CancelTimer(key=_timer(contact.contact_id)))
        else:
            self._play_music(contact)

    def _play_music(self, contact: Contact) -> None:
        assert contact.queue is not None
        music = self._queues[contact.queue].music
        self._engine.send(PlayMusic(leg_id=contact.leg_id, step=MUSIC_STEP, music=music))

    def _over(self, event: ContactConnected | ContactAbandoned | ContactDiverted) -> None:
        self._engine.send(CancelTimer(key=_timer(event.contact_id)))


def _waits(contact: Contact | None) -> TypeGuard[Contact]:
    return contact is not None and contact.state in (ContactState.QUEUED, ContactState.OFFERED)


def _told(contact: Contact, queue: QueueName, left_us: int, band: Band, now: Event) -> WaitAnnounced:
    return WaitAnnounced(
        at_us=now.at_us,
        cause_id=now.cause_id,
        contact_id=contact.contact_id,
        queue=queue,
        tier=contact.tier,
        left_us=left_us,
        low_us=band.low_us,
        high_us=band.high_us,
    )


def _timer(contact_id: ContactId) -> TimerKey:
    return ("announce", contact_id)
