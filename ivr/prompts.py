"""Prompt sets: from a name in a flow, or a value, to what the caller hears. Pure.

A set belongs to one language. The logical names are the same in all sets (a flow is written once for all
its languages), the recordings behind a name are not, nor is the order in which a language puts things:
each brings its own grammar. Numbers, digits and dates are left to the telephone system's own grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from core.model.prompts import Prompt, SayDate, Sound
from ivr import chinese, english

Sounds = Mapping[str, tuple[str, ...]]
"""For each logical name the recordings that are played for it, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptSet:
    """The recordings and the grammar of one language.

    `amount` takes hundredths of a currency and its ISO 4217 code, `position` a place in line from 1,
    `wait` the least and the most minutes, where there is a most.
    """

    language: str
    sounds: Sounds
    amount: Callable[[int, str], Prompt]
    position: Callable[[int], Prompt]
    wait: Callable[[int, int | None], Prompt]

    def named(self, name: str) -> Prompt:
        """Return the prompt `name`; the empty name is the empty prompt. Raises `KeyError` for others."""
        return tuple(Sound(sound) for sound in self.sounds[name]) if name else ()

    def with_sounds(self, more: Sounds) -> PromptSet:
        """Return this set with `more` names, which win over those it had."""
        return replace(self, sounds={**self.sounds, **more})


ENGLISH = PromptSet(
    language="en",
    sounds=english.SOUNDS,
    amount=english.amount,
    position=english.position,
    wait=english.wait,
)
CHINESE = PromptSet(
    language="zh",
    sounds=chinese.SOUNDS,
    amount=chinese.amount,
    position=chinese.position,
    wait=chinese.wait,
)
PROMPT_SETS = {prompts.language: prompts for prompts in (ENGLISH, CHINESE)}


def spoken_language(tag: str, offered: Mapping[str, PromptSet]) -> str | None:
    """Return the language among `offered` that a tag such as `zh_CN` or `en-GB` means, or None."""
    if tag in offered:
        return tag
    primary = tag.replace("_", "-").partition("-")[0].lower()
    return primary if primary in offered else None


def announcement(language: str, position: int, low: int, high: int | None) -> Prompt:
    """Return what a waiting caller is told: place in line from 1, least and most minutes to wait.

    A language without a set is answered in English.
    """
    prompts = PROMPT_SETS.get(language, ENGLISH)
    return prompts.position(position) + prompts.wait(low, high)


def callback_farewell(language: str) -> Prompt:
    """Return what a caller hears last who will be called back."""
    return PROMPT_SETS.get(language, ENGLISH).named("thank-you")


def day(value: date) -> Prompt:
    """Return a calendar day."""
    return (SayDate(int(datetime.combine(value, time(12), UTC).timestamp())),)
