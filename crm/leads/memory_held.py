"""Lists and leads as they are held in memory: what the columns of the tables say of one."""

from __future__ import annotations

from dataclasses import dataclass, field

from crm.leads.mix import Line, Stood
from crm.leads.records import LeadRecord, LeadState, ListPlan


@dataclass(slots=True)
class HeldList:
    """A list in memory; `places` counts those given out. Who leaves its line, a heap, is found out later."""

    number: int
    plan: ListPlan
    places: int = 0
    active: bool = True
    keeps_promises: bool = False
    leads: dict[str, HeldLead] = field(default_factory=dict)
    line: list[Stood] = field(default_factory=list)

    @property
    def turn(self) -> Line:
        """Return what says when it has its turn."""
        plan = self.plan
        return Line(self.number, plan.name, plan.position, plan.weight, promised_only=not self.active)

    @property
    def has_turn(self) -> bool:
        """Tell whether anybody of it may be leased."""
        return self.active or self.keeps_promises


@dataclass(slots=True)
class HeldLead:
    """A lead in memory, with what the columns of `crm.leads.models.LeadRow` say of one."""

    key: int
    of: HeldList
    record: LeadRecord
    standing: int
    state: LeadState = LeadState.HELD
    due_us: int = 0
    lease_id: str = ""
    attempts: int = 0
    callback: bool = False
    promised_by: str | None = None
    alone_until_us: int = 0

    @property
    def is_promised(self) -> bool:
        """Tell whether a call is promised, and nobody has it in hand."""
        return self.callback and not self.lease_id and self.state is not LeadState.DONE

    def asked_of(self, now_us: int) -> str:
        """Return whose lead it is; a callback that was one agent's for long enough is nobody's own."""
        if self.callback and 0 < self.alone_until_us <= now_us:
            return ""
        return self.record.owner if self.promised_by is None else self.promised_by
