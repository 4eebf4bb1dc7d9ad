"""What is listened for when a machine is to be told from a person. Data only, whole milliseconds.

A person says a word or two and waits; a machine speaks on, or says nothing for long. The values are those
that Asterisk's AMD() takes, and begin with its own, but for one word more: "Hello, Ann Lee" are three.
"""

from __future__ import annotations

from core.kernel.record import Record


class Detection(Record, frozen=True, kw_only=True):
    """How to judge who answered.

    A machine is who is silent for `initial_silence_ms` before the first word, speaks for `greeting_ms` in all
    or `word_max_ms` without a pause, or says more than `words_max` words: sounds of `word_ms` at least, with
    pauses of `pause_ms` at least between them. A person is who is silent for `silence_ms` after a greeting.
    Whoever is neither by `total_ms` stays unsure. Silence is what is not louder than `loudness` (of 32,767).
    """

    initial_silence_ms: int = 2_500
    greeting_ms: int = 1_500
    silence_ms: int = 800
    total_ms: int = 5_000
    word_ms: int = 100
    pause_ms: int = 50
    words_max: int = 3
    loudness: int = 256
    word_max_ms: int = 5_000
