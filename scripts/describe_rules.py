"""Write the tables of keys in `docs/rules.md` from the types that check the rules of a configuration.

python -m scripts.describe_rules [--check]
"""

from __future__ import annotations

import sys

from core.kernel.schema import Schema
from core.model.variables import VARIABLES
from goldline.config import Config
from scripts.key_tables import Page, keep_current
from scripts.tree import ROOT

RULES = (
    "include",
    "rules",
    "tiers",
    "queues",
    "policies",
    "ratios",
    "quality",
    "offers",
    "standing",
    "control",
    "work",
    "agents",
)
"""The tables of a configuration that say how contacts and agents are dealt with."""


def rules_schema() -> Schema:
    """Return the schema of a configuration, of these tables alone."""
    whole = Config.model_json_schema()
    return {**whole, "properties": {name: whole["properties"][name] for name in RULES}}


def variables() -> str:
    """Return the table of the variables that expressions may ask for."""
    rows = (f"| `{name}` | {each.kind} | {each.meaning} |\n" for name, each in VARIABLES.items())
    return "### Variables\n\n| variable | compared as | meaning |\n|---|---|---|\n" + "".join(rows)


PAGE = Page(ROOT / "docs" / "rules.md", rules_schema(), folders=("goldline",), first=variables())

if __name__ == "__main__":
    sys.exit(keep_current(PAGE))
