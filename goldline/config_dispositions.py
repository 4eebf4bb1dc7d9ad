"""What contacts may come to (`[dispositions.CODE]`), and when a lead comes up again after each result."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from core.kernel.clock import microseconds
from core.kernel.errors import KeyRefused
from core.model.disposition import SYSTEM, Disposition
from core.model.hours import DAYS, Day, parse_opening
from core.model.ids import QueueName
from dialer.recycling import DEFAULT_DAY_PARTS, DEFAULT_RULES, DayPart, RecycleRule, Recycling, Turn
from goldline.config_routing import QueueSection
from goldline.section import Name, Section
from goldline.texts import OpeningText

Delay = Annotated[float, Field(ge=0, le=90 * 86_400)]


class RecycleSection(Section):
    """When a lead comes up again after a result; a key not given is as that result has it by itself."""

    delay_s: Delay | None = None
    """How long after the attempt at the earliest."""
    spread_s: Delay | None = None
    """Up to so much later, by the lead's own lot, so that not all come back in one minute."""
    attempts_max: Annotated[int, Field(ge=0, le=100)] | None = None
    """After so many of this result in a row the lead is given up; 0: after the first."""
    number: Turn | None = None
    """The number tried then: the `same`, the `next`, or the next and this one `never` again."""
    other_day_part: bool | None = None
    """Whether it waits for a part of the day that was tried least."""
    other_caller_id: bool | None = None
    """Whether the customer is to see another number than before."""
    first: bool | None = None
    """Whether it comes before all other leads, one to one with an agent who is sure to be there."""


class DispositionSection(Section):
    """A result that agents may choose when they wrap up a contact."""

    label: str = ""
    """What agents read; without it the code."""
    group: Name | None = None
    """The group it is counted in by reports."""
    queues: tuple[Name, ...] = ()
    """The queues whose contacts may come to it; without, those of all."""
    is_contact: bool = False
    """Somebody was talked to."""
    is_right_party: bool = False
    """It was the person meant; a contact, therefore."""
    is_sale: bool = False
    """What the campaign is for; with the right party, therefore."""
    is_dnc: bool = False
    """No more calls are wanted: the number goes on the do-not-call list of the house at once."""
    is_refusal: bool = False
    """No more calls about this are wanted: the lead is done, and lock-outs after a refusal begin."""
    is_callback: bool = False
    """Another call was promised; the desk says when and by whom."""
    value: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    """What it is worth, in whole units of the house's currency; agents' quality is learned from it."""
    recycle: RecycleSection | None = None
    """When the lead comes up again; without it the result is final."""

    @model_validator(mode="after")
    def _ends_or_goes_on(self) -> DispositionSection:
        done = self.is_dnc or self.is_refusal or self.is_sale
        if done and (self.recycle is not None or self.is_callback):
            key = "recycle" if self.recycle is not None else "is_callback"
            raise KeyRefused(key, "after a sale or a refusal", "nothing: who bought or refused is left alone")
        return self


class DayPartSection(Section):
    """A part of the called person's day."""

    opening: OpeningText
    """From when until when, such as `17:00-20:00`."""
    days: tuple[Day, ...] = DAYS
    """On which weekdays."""


def dispositions_of(sections: Mapping[str, DispositionSection]) -> dict[str, Disposition]:
    """Return the results that agents may choose, by code."""
    return {code: _disposition(code, section) for code, section in sections.items()}


def _disposition(code: str, section: DispositionSection) -> Disposition:
    right_party = section.is_right_party or section.is_sale
    return Disposition(
        code=code,
        label=section.label or code,
        group=section.group or "",
        is_contact=section.is_contact or right_party,
        is_right_party=right_party,
        is_sale=section.is_sale,
        is_dnc=section.is_dnc,
        is_refusal=section.is_refusal,
        is_callback=section.is_callback,
        value=section.value,
        queues=section.queues,
    )


def refuse_system_codes(sections: Mapping[str, DispositionSection]) -> None:
    """Raise `KeyRefused` for a code that stands for attempts without an agent."""
    taken = sorted(sections.keys() & SYSTEM.keys())
    if taken:
        raise KeyRefused("dispositions", taken[0], f"a code besides {', '.join(sorted(SYSTEM))}")


def refuse_unknown_queues(sections: Mapping[str, DispositionSection], queues: Collection[str]) -> None:
    """Raise `KeyRefused` for a result of a queue that there is not."""
    for code, section in sections.items():
        for queue in section.queues:
            if queue not in queues:
                known = ", ".join(sorted(queues))
                raise KeyRefused(f"dispositions.{code}.queues", queue, f"one of the queues: {known}")


def required_results(
    queues: Mapping[str, QueueSection], sections: Mapping[str, DispositionSection]
) -> dict[QueueName, tuple[str, ...]]:
    """Return the words of each queue whose contacts are finished with a result only."""
    known = dispositions_of(sections).values()
    return {
        QueueName(name): tuple(each.code for each in known if each.is_of(name))
        for name, queue in queues.items()
        if queue.disposition_required
    }


def refuse_untellable_results(
    queues: Mapping[str, QueueSection], sections: Mapping[str, DispositionSection]
) -> None:
    """Raise `KeyRefused` for a queue that asks for a result when there is none to tell, or no time for it."""
    for name, words in required_results(queues, sections).items():
        if not words:
            key = f"queues.{name}.disposition_required"
            raise KeyRefused(key, "true", "a [dispositions.CODE] that its agents can choose")
        if not queues[name].wrap_up_limit_s:
            key = f"queues.{name}.wrap_up_limit_s"
            raise KeyRefused(key, 0, "above 0, so that agents have time for the result they owe")


def recycling_of(
    recycle: Mapping[str, RecycleSection],
    dispositions: Mapping[str, DispositionSection],
    day_parts: Mapping[str, DayPartSection],
    *,
    attempts_max: int,
    a_day_max: int,
    zone: ZoneInfo,
) -> Recycling:
    """Return when leads come up again: as the campaign says, else as the result says, else as is usual."""
    own = {code: each.recycle for code, each in dispositions.items() if each.recycle is not None}
    rules = {**DEFAULT_RULES, **_rules(own, DEFAULT_RULES)}
    return Recycling(
        rules={**rules, **_rules(recycle, rules)},
        attempts_max=attempts_max,
        a_day_max=a_day_max,
        day_parts=tuple(_day_part(name, part) for name, part in day_parts.items()) or DEFAULT_DAY_PARTS,
        zone=zone,
    )


def _rules(
    sections: Mapping[str, RecycleSection], usual: Mapping[str, RecycleRule]
) -> dict[str, RecycleRule]:
    return {
        code: replace(usual.get(code, RecycleRule()), **_given(section)) for code, section in sections.items()
    }


def _given(section: RecycleSection) -> dict[str, Any]:
    """Return what a section says, in the words and units of a rule."""
    said = section.model_dump(exclude_none=True)
    for key in ("delay", "spread"):
        if f"{key}_s" in said:
            said[f"{key}_us"] = microseconds(said.pop(f"{key}_s"))
    return said


def _day_part(name: str, section: DayPartSection) -> DayPart:
    opening = (parse_opening(section.opening),)
    return DayPart(name=name, weekly=dict.fromkeys(section.days, opening))
