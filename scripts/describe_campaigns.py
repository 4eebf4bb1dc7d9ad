"""Write the tables of keys in `docs/campaigns.md` from the types that check the campaigns of a configuration.

python -m scripts.describe_campaigns [--check]
"""

from __future__ import annotations

import sys

from core.kernel.schema import Schema
from core.model.disposition import SYSTEM
from dialer.packs import law_of, shipped
from dialer.recycling import DEFAULT_RULES, RecycleRule, Turn
from goldline.config import Config
from scripts.key_tables import Page, keep_current
from scripts.tree import ROOT

TABLES = ("campaigns", "dispositions", "trunks", "caller_ids", "standing", "audit")
"""The tables of a configuration that are about campaigns."""
_MINUTE_US = 60_000_000


def campaigns_schema() -> Schema:
    """Return the schema of a configuration, of these tables alone."""
    whole = Config.model_json_schema()
    return {**whole, "properties": {name: whole["properties"][name] for name in TABLES}}


def results() -> str:
    """Return the table of results that no agent tells, and of what follows from each."""
    rows = (
        f"| `{code}` | {each.label} | {_follows(DEFAULT_RULES.get(code))} |\n"
        for code, each in SYSTEM.items()
    )
    head = "### Results that no agent tells\n\n| code | what | what follows, where nothing else is said |\n"
    return head + "|---|---|---|\n" + "".join(rows)


def packs() -> str:
    """Return the table of the rule packs that are shipped."""
    rows = (
        f"| `{pack.name}` | {pack.title} | {len(pack.rules)} | {sum(rule.checked for rule in pack.rules)} |\n"
        for pack in law_of(shipped()).packs
    )
    head = "### Rule packs\n\n| name | jurisdiction | rules | of these held against the official text |\n"
    return head + "|---|---|---|---|\n" + "".join(rows)


def _follows(rule: RecycleRule | None) -> str:
    if rule is None:
        return "the lead is done"
    after = f"{_span(rule.delay_us)} later"
    if rule.spread_us:
        after = f"{_span(rule.delay_us)} to {_span(rule.delay_us + rule.spread_us)} later"
    words = [_NUMBERS[rule.number], after]
    if rule.other_day_part:
        words.append("in a part of the day that was tried least")
    if rule.other_caller_id:
        words.append("showing another number")
    if rule.first:
        words.append("before all others and with an agent who is sure")
    words.append(f"{rule.attempts_max} times in a row at most")
    return ", ".join(words)


_NUMBERS = {
    Turn.SAME: "the same number",
    Turn.NEXT: "the next number",
    Turn.NEVER: "the next number, this one never again",
}


def _span(us: int) -> str:
    minutes = us // _MINUTE_US
    return f"{minutes} min" if minutes < 60 else f"{minutes / 60:g} h"


PAGE = Page(
    ROOT / "docs" / "campaigns.md",
    campaigns_schema(),
    folders=("goldline",),
    first=f"{results()}\n{packs()}",
)

if __name__ == "__main__":
    sys.exit(keep_current(PAGE))
