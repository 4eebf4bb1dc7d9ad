"""How a campaign parts its leads: into segments by the columns of its lists, into arms by their own lot.

An arm tries another way of calling on a share of the leads. Which arm a lead is in follows from its id and
the campaign's name alone: it is the same at every attempt, on every machine, and independent between
campaigns.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.lots import lot
from core.model.lead import Lead

BETWEEN = "/"
"""What stands between the values of a segment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way of calling, for `share` parts of the leads.

    They see the `shown_number` or one of the `pool`, where the arm has its own, and agents its `script`.
    """

    name: str
    share: int = 1
    shown_number: str = ""
    pool: str = ""
    script: str = ""


AS_ALL = Arm(name="")
"""The way all are called where there are no arms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parting:
    """The columns whose values make a lead's segment, and the arms; without arms all are called alike."""

    columns: tuple[str, ...] = ()
    arms: tuple[Arm, ...] = ()

    def segment_of(self, lead: Lead) -> str:
        """Return the lead's segment; a value that the list does not have is empty."""
        values = dict(lead.fields) | {"tier": lead.tier, "list": lead.list_name, "language": lead.language}
        return BETWEEN.join(values.get(column, "") for column in self.columns)

    def arm_of(self, lead: Lead) -> Arm:
        """Return the arm that the lead's lot puts it in."""
        drawn = lot("arm", lead.campaign, lead.person_id, of=sum(arm.share for arm in self.arms))
        for arm in self.arms:
            if drawn < arm.share:
                return arm
            drawn -= arm.share
        return AS_ALL
