"""Write the tables of keys in `docs/rules.md` from the types that check the rules of a configuration.

python -m scripts.describe_rules [--check]
"""

from __future__ import annotations

import sys

from core.kernel.schema import Schema
from goldline.config import Config
from scripts.key_tables import Page, keep_current
from scripts.tree import ROOT

RULES = ("include", "rules", "tiers", "queues", "policies", "ratios", "quality", "offers", "work", "agents")
"""The tables of a configuration that say how contacts and agents are dealt with."""


def rules_schema() -> Schema:
    """Return the schema of a configuration, of these tables alone."""
    whole = Config.model_json_schema()
    return {**whole, "properties": {name: whole["properties"][name] for name in RULES}}


PAGE = Page(ROOT / "docs" / "rules.md", rules_schema(), folders=("goldline",))

if __name__ == "__main__":
    sys.exit(keep_current(PAGE))
