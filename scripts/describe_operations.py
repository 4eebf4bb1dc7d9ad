"""Write the tables of keys in `docs/operations.md` from the types that check a configuration.

python -m scripts.describe_operations [--check]
"""

from __future__ import annotations

import sys

from core.kernel.schema import Schema
from goldline.config import Config
from scripts.key_tables import Page, keep_current
from scripts.tree import ROOT

OPERATION = ("web", "bus", "metrics")
"""The tables of a configuration that say where people, programs and monitors come in."""


def operation_schema() -> Schema:
    """Return the schema of a configuration, of these tables alone."""
    whole = Config.model_json_schema()
    return {**whole, "properties": {name: whole["properties"][name] for name in OPERATION}}


PAGE = Page(ROOT / "docs" / "operations.md", operation_schema(), folders=("goldline",))

if __name__ == "__main__":
    sys.exit(keep_current(PAGE))
