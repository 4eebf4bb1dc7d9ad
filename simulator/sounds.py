"""How long things take to hear, so that simulated callers spend real time in a menu.

Durations are of the size of Asterisk's English core sounds: a word of a number takes about half a second,
a sentence about two and a half.
"""

from __future__ import annotations

from core.kernel.clock import microseconds
from core.model.prompts import Part, Prompt, SayDate, SayDigits, SayNumber, Sound

SENTENCE_US = microseconds(2.5)
WORD_US = microseconds(0.5)
DATE_US = microseconds(3.0)


def prompt_us(prompt: Prompt) -> int:
    """Return how long `prompt` lasts."""
    return sum(part_us(part) for part in prompt)


def part_us(part: Part) -> int:
    """Return how long one part of a prompt lasts."""
    match part:
        case Sound():
            return SENTENCE_US
        case SayDigits(digits):
            return WORD_US * len(digits)
        case SayNumber(number):
            return WORD_US * len(str(abs(number)))
        case SayDate():
            return DATE_US
