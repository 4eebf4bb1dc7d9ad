"""What a campaign came to, in figures: counts of the store added up by what each disposition says. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from core.kernel.clock import seconds
from core.model.attempt import AttemptState
from core.model.campaign_results import Grouping, ListStanding, ResultCount
from core.model.disposition import SYSTEM, Disposition
from metrics.arms import Share, compare

PERSON = frozenset({AttemptState.CONNECTED, AttemptState.DROPPED})
"""The outcomes of attempts that a person answered."""
CENTS = 100
UNKNOWN = Disposition(code="", label="")
"""A code that the configuration no longer has says nothing."""


@dataclass(slots=True)
class Figures:
    """The counts of one group. `people` were tried, `value` is what sales and conversions brought."""

    people: int = 0
    attempts: int = 0
    answered: int = 0
    machines: int = 0
    connected: int = 0
    abandoned: int = 0
    contacts: int = 0
    right_parties: int = 0
    sales: int = 0
    refusals: int = 0
    callbacks: int = 0
    conversions: int = 0
    value: float = 0.0
    talk_us: int = 0

    def add(self, count: ResultCount, disposition: Disposition) -> None:
        """Count attempts of one outcome and one disposition."""
        attempts = count.attempts
        self.attempts += attempts
        self.answered += attempts * (count.outcome in PERSON)
        self.machines += attempts * (count.outcome is AttemptState.MACHINE)
        self.connected += attempts * (count.outcome is AttemptState.CONNECTED)
        self.abandoned += attempts * (count.outcome is AttemptState.DROPPED)
        self.contacts += attempts * disposition.is_contact
        self.right_parties += attempts * disposition.is_right_party
        self.sales += attempts * disposition.is_sale
        self.refusals += attempts * (disposition.is_dnc or disposition.is_refusal)
        self.callbacks += attempts * disposition.is_callback
        self.conversions += count.conversions
        self.value += attempts * disposition.value + count.value_cents / CENTS
        self.talk_us += count.talk_us

    def told(self) -> dict[str, Any]:
        """Return the counts, and the shares that follow from them; None where a share is of nothing."""
        counts = asdict(self)
        del counts["talk_us"]
        return counts | {
            "answer_rate": _ratio(self.answered, self.attempts),
            "abandoned_share": _ratio(self.abandoned, self.answered),
            "contact_rate": _ratio(self.contacts, self.attempts),
            "right_party_rate": _ratio(self.right_parties, self.contacts),
            "conversion": _ratio(self.sales, self.contacts),
            "sales_per_person": _ratio(self.sales, self.people),
            "mean_talk_s": _ratio(seconds(self.talk_us), self.connected),
        }


def figures_by_group(
    counts: Iterable[ResultCount], people: Mapping[str, int], dispositions: Mapping[str, Disposition]
) -> dict[str, Figures]:
    """Return the figures of each group, in the order of the counts."""
    known = {**SYSTEM, **dispositions}
    groups: dict[str, Figures] = {}
    for count in counts:
        group = groups.setdefault(count.group, Figures(people=people.get(count.group, 0)))
        group.add(count, known.get(count.disposition, UNKNOWN))
    return groups


def by_disposition(
    counts: Iterable[ResultCount], dispositions: Mapping[str, Disposition]
) -> dict[str, dict[str, Any]]:
    """Return how many attempts came to each result, with its label and its group, the commonest first."""
    known = {**SYSTEM, **dispositions}
    attempts: Counter[str] = Counter()
    for count in counts:
        attempts[count.disposition] += count.attempts
    told = ((code, known.get(code, UNKNOWN), number) for code, number in attempts.most_common())
    return {code: {"label": d.label, "group": d.group, "attempts": number} for code, d, number in told}


def total(groups: Collection[Figures]) -> Figures:
    """Return all groups together; whoever was tried in two of them counts in both."""
    names = [field.name for field in fields(Figures)]
    return Figures(**{name: sum(getattr(group, name) for group in groups) for name in names})


def results(
    campaign: str,
    by: Grouping,
    groups: Mapping[str, Figures],
    standings: Sequence[ListStanding],
    everybody: int,
    came_to: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """Return all that is told of a campaign: as JSON, and what the tables are drawn from.

    `everybody` is how many different persons were tried at all, `came_to` as `by_disposition` tells it.
    """
    whole = total(groups.values())
    whole.people = everybody
    told = {
        "campaign": campaign,
        "by": by.value,
        "all": whole.told(),
        "groups": {name: group.told() for name, group in groups.items()},
        "dispositions": dict(came_to),
        "lists": {standing.list_name: worked(standing) for standing in standings},
    }
    return told | ({"arms": arm_tests(groups)} if by is Grouping.ARM else {})


def arm_tests(groups: Mapping[str, Figures]) -> dict[str, dict[str, Any]]:
    """Return how the share of buyers in each arm stands beside that of the first one."""
    (first, beside), *others = groups.items() or [("", Figures())]
    base = Share(beside.sales, beside.people)
    verdicts = {name: compare(Share(each.sales, each.people), base) for name, each in others}
    return {
        name: {"beside": first, **asdict(verdict)}
        for name, verdict in verdicts.items()
        if verdict is not None
    }


def worked(standing: ListStanding) -> dict[str, Any]:
    """Return how far a list has been worked: the share of leads tried, and attempts for each."""
    told = standing._asdict()
    del told["list_name"]
    return told | {
        "penetration": _ratio(standing.tried, standing.leads),
        "saturation": _ratio(standing.attempts, standing.leads),
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
