"""What the simulated Asterisk hears of who answered: AMD() and WaitForSilence(), as in its real sister.

It goes by the same measures: how long it is silent, how long somebody speaks, how long it is silent then.
So a person with a long hello is taken for a machine here as well. Words are not counted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from core.kernel.clock import SECOND_US
from core.model.causes import Answerer
from core.model.detection import Detection
from simulator.channel import Channel, Judgement
from simulator.pbx import Exchange
from simulator.phones import Voice

MS_US = 1_000


def detection_of(arguments: str) -> Detection:
    """Return what the arguments of AMD() ask for, with colons for commas; what is none asks for the usual."""
    values = arguments.split(":")
    names = Detection.__struct_fields__
    if len(values) != len(names) or not all(value.isascii() and value.isdigit() for value in values):
        return Detection()
    return Detection(**dict(zip(names, map(int, values), strict=True)))


def judge(exchange: Exchange, channel: Channel, detection: Detection, go_on: Callable[[], None]) -> None:
    """Run AMD() in `channel`, and `go_on` behind it unless the answerer has hung up meanwhile."""
    channel.application = "AMD"
    after_us, judgement = judged(channel.voice, detection)
    exchange.after(after_us, partial(_finish, channel, judgement, go_on))


def _finish(channel: Channel, judgement: Judgement, go_on: Callable[[], None]) -> None:
    if not channel.ended:
        channel.judgement = judgement
        go_on()


NEVER_US = 24 * 3_600 * SECOND_US
"""Longer than anybody listens."""


def judged(voice: Voice, detection: Detection) -> tuple[int, Judgement]:
    """Return what AMD() makes of a voice, and how long after the answer."""
    after_us, found = _by_sound(voice, detection)
    limit_us = detection.total_ms * MS_US
    if after_us > limit_us:
        return limit_us, Judgement(Answerer.UNSURE, "NOTSURE", f"TOOLONG-{detection.total_ms}")
    return after_us, found


def _by_sound(voice: Voice, detection: Detection) -> tuple[int, Judgement]:
    patience_ms, greeting_ms, silence_ms = (
        detection.initial_silence_ms,
        detection.greeting_ms,
        detection.silence_ms,
    )
    if not voice.speaks_us or voice.silent_us >= patience_ms * MS_US:
        return patience_ms * MS_US, _machine("INITIALSILENCE", patience_ms)
    if voice.speaks_us >= greeting_ms * MS_US:
        return voice.silent_us + greeting_ms * MS_US, _machine("LONGGREETING", greeting_ms)
    person = Judgement(Answerer.PERSON, "HUMAN", f"HUMAN-{silence_ms}-{silence_ms}", silence_ms * MS_US)
    return voice.silent_us + voice.speaks_us + silence_ms * MS_US, person


def _machine(why: str, limit_ms: int) -> Judgement:
    return Judgement(Answerer.MACHINE, "MACHINE", f"{why}-{limit_ms}-{limit_ms}")


def silent_in_us(channel: Channel, silence_us: int, now_us: int) -> int:
    """Return in how long WaitForSilence() has heard `silence_us` of it: behind what is still being said.

    Of a leg that is muted nothing comes in at all, and no silence either (so on 22.10).
    """
    if channel.is_muted:
        return NEVER_US
    speaks_until_us = channel.answered_us + channel.voice.silent_us + channel.voice.speaks_us
    return max(0, speaks_until_us - now_us) + silence_us
