"""The section `[quality]` of the configuration: how outcomes are read and learned from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from agents.quality import QualityRules
from core.kernel.errors import KeyRefused
from core.model.disposition import Disposition
from core.model.quality import PPM, Prior
from goldline.section import Section

Share = Annotated[float, Field(ge=0, le=1)]
PaceFactor = Annotated[float, Field(ge=0.1, le=10)]
Strength = Annotated[int, Field(ge=1, le=10_000)]
ByLevel = Field(min_length=1, max_length=10)
_RESOLUTION = (0.60, 0.64, 0.68, 0.71, 0.74, 0.77, 0.80, 0.83, 0.86, 0.88)
_PACE = (1.10, 1.08, 1.06, 1.04, 1.02, 1.00, 0.98, 0.96, 0.94, 0.92)


class QualitySection(Section):
    """What agents are taken for before outcomes tell, what outcomes mean, and how much they weigh."""

    resolution: Annotated[tuple[Share, ...], ByLevel] = _RESOLUTION
    """The share of matters that agents of level 1, 2 and so on resolve; the last holds above."""
    pace: Annotated[tuple[PaceFactor, ...], ByLevel] = _PACE
    """Their handle time beside the mean of the skill, by level; the last holds above."""
    satisfaction: Share = 0.7
    """The mean score of customers, 1 for the best there is."""
    resolved: tuple[str, ...] = ("resolved", "solved", "sold")
    """The dispositions of a matter that is resolved."""
    unresolved: tuple[str, ...] = ("unresolved", "escalated", "no_sale")
    """The dispositions of one that is not; any other says nothing, but for those of `[dispositions]`."""
    prior_outcomes: Strength = 20
    """As how many outcomes the level's resolution counts."""
    prior_contacts: Strength = 20
    """As how many handle times the level's pace counts."""
    prior_scores: Strength = 20
    """As how many scores the usual satisfaction counts."""
    memory: Annotated[int, Field(ge=50, le=1_000_000)] = 2_000
    """About how many contacts of an agent and skill are remembered: people change."""
    told_moved: Annotated[float, Field(gt=0, le=1)] = 0.02
    """By how much an expectation must move before routing hears of it."""
    told_every: Strength = 25
    """After how many contacts of an agent it hears in any case."""

    @model_validator(mode="after")
    def _a_disposition_means_one_thing(self) -> QualitySection:
        both = sorted(set(self.resolved) & set(self.unresolved))
        if both:
            raise KeyRefused("unresolved", both[0], "a disposition that is not in resolved")
        return self


def quality_rules(
    section: QualitySection, dispositions: Mapping[str, Disposition] | None = None
) -> QualityRules:
    """Return the rules that the section spells out, shares in millionths; `dispositions` are of campaigns."""
    return QualityRules(
        prior=Prior(
            resolution_ppm=tuple(map(_ppm, section.resolution)),
            pace_ppm=tuple(map(_ppm, section.pace)),
            satisfaction_ppm=_ppm(section.satisfaction),
        ),
        resolved=frozenset(section.resolved),
        unresolved=frozenset(section.unresolved),
        worth_ppm=worth_ppm(dispositions or {}),
        prior_outcomes=section.prior_outcomes,
        prior_contacts=section.prior_contacts,
        prior_scores=section.prior_scores,
        memory=section.memory,
        told_moved_ppm=_ppm(section.told_moved),
        told_every=section.told_every,
    )


def worth_ppm(dispositions: Mapping[str, Disposition]) -> dict[str, int]:
    """Return what share of the best sale each result is: nothing of one who bought nothing.

    Who was promised another call has not decided yet, and says nothing of the agent.
    """
    worth = {each.code: max(each.value, int(each.is_sale)) for each in dispositions.values()}
    best = max(worth.values(), default=0) or 1
    return {
        code: worth[code] * PPM // best
        for code, each in dispositions.items()
        if each.is_contact and not each.is_callback
    }


def _ppm(value: float) -> int:
    return round(value * PPM)
