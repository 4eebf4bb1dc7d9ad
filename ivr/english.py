"""English: the names of Asterisk's own recordings, and how English strings values together.

Every sound named here is in the core set that Debian ships as asterisk-core-sounds-en, so a bare Asterisk
speaks at once. That set has no recording of "cents" and of no currency but the dollar; what it lacks
is said with the words it has. A company's own sentences belong in its flow files (`[prompts.en]`).
"""

from __future__ import annotations

from core.model.prompts import Prompt, SayDigits, SayNumber, Sound

SOUNDS = {
    "hello": ("hello",),
    "goodbye": ("vm-goodbye",),
    "thank-you": ("auth-thankyou",),
    "one-moment": ("one-moment-please",),
    "connecting": ("pls-hold-while-try",),
    "all-busy": ("queue-periodic-announce",),
    "invalid-choice": ("pm-invalid-option",),
    "no-choice": ("vm-sorry", "vm-pls-try-again"),
    "enter-account": ("your", "number", "vm-then-pound"),
    "enter-pin": ("confbridge-pin",),
    "not-recognised": ("vm-incorrect", "vm-pls-try-again"),
    "you-have": ("vm-youhave",),
    "closed": ("vm-nobodyavail",),
    "leave-message": ("vm-intro",),
    "message-saved": ("vm-msgsaved",),
}


def amount(cents: int, currency: str) -> Prompt:
    """Return an amount of money: "twelve dollars and five", "twelve dot zero five E U R"."""
    whole, rest = divmod(abs(cents), 100)
    sign: Prompt = (Sound("digits/minus"),) if cents < 0 else ()
    if currency == "USD":
        unit = Sound("letters/dollar" if whole == 1 else "digits/dollars")
        fraction: Prompt = (Sound("vm-and"), SayNumber(rest)) if rest else ()
        return (*sign, SayNumber(whole), unit, *fraction)
    fraction = (Sound("letters/dot"), SayDigits(f"{rest:02}")) if rest else ()
    return (*sign, SayNumber(whole), *fraction, *spelled(currency))


def position(rank: int) -> Prompt:
    """Return the place in line, counted from 1."""
    if rank == 1:
        return (Sound("queue-youarenext"),)
    return (Sound("queue-thereare"), SayNumber(rank), Sound("queue-callswaiting"))


def wait(low: int, high: int | None) -> Prompt:
    """Return the wait to expect: "less than two minutes", "five dash ten minutes", "thirty plus minutes".

    The core set has no recording of "to" or "more than"; those of its letters are understood.
    """
    return (
        Sound("queue-holdtime"),
        *_band(low, high),
        Sound("queue-minute" if high == 1 else "queue-minutes"),
    )


def _band(low: int, high: int | None) -> Prompt:
    if high is None:
        return (SayNumber(low), Sound("letters/plus"))
    if low == 0:
        return (Sound("queue-less-than"), SayNumber(high))
    return (SayNumber(low), Sound("letters/dash"), SayNumber(high))


def spelled(letters: str) -> Prompt:
    """Return `letters` (A to Z) one by one, as Asterisk names their recordings in every language."""
    return tuple(Sound(f"letters/{letter}") for letter in letters.lower())
