"""Write the tables of rules in `docs/law.md` from the packs that are shipped.

python -m scripts.describe_law [--check]
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from dialer.law import Pack, Rule
from dialer.law_words import asks
from dialer.packs import FOLDER, read_pack, shipped
from scripts.key_tables import keep_current
from scripts.tree import ROOT


@dataclass(frozen=True, slots=True)
class LawPage:
    """The page about the law, and its tables: one for each pack."""

    path: Path

    def tables(self) -> str:
        """Return what belongs below the mark."""
        return "\n" + "\n".join(_pack(read_pack(FOLDER / f"{name}.toml")) for name in shipped())


def _pack(pack: Pack) -> str:
    where = "any number" if "*" in pack.countries else f"numbers of {', '.join(pack.countries)}"
    rows = "".join(map(_row, pack.rules))
    head = "| rule | what it asks | source | checked |\n|---|---|---|---|\n"
    return f"### `{pack.name}`\n\n{pack.title}; for {where}.\n\n{head}{rows}"


def _row(rule: Rule) -> str:
    where = f"{', '.join(rule.regions)}: " if rule.regions else ""
    return f"| `{rule.id}` | {where}{asks(rule)} | {rule.source} | {'yes' if rule.checked else 'no'} |\n"


PAGE = LawPage(ROOT / "docs" / "law.md")

if __name__ == "__main__":
    sys.exit(keep_current(PAGE))
