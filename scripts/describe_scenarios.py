"""Write the tables of keys in `docs/scenarios.md` from the types that check a scenario.

python -m scripts.describe_scenarios [--check]
"""

from __future__ import annotations

import sys

from scripts.key_tables import Page, keep_current
from scripts.tree import ROOT
from simulator.scenario import SCENARIO

PAGE = Page(ROOT / "docs" / "scenarios.md", SCENARIO.json_schema(), folders=("simulator",))

if __name__ == "__main__":
    sys.exit(keep_current(PAGE))
