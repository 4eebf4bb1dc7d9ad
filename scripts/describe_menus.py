"""Write the tables of `docs/menus.md` from the types that check a flow and the prompts that ship.

python -m scripts.describe_menus [--check]
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ivr.drawing import drawn
from ivr.loader import KINDS, load_flow
from ivr.nodes import AnyNode, schema_of
from ivr.prompts import PROMPT_SETS
from scripts.key_tables import HEAD, Meanings, keep_current, paragraph, rows
from scripts.tree import ROOT


@dataclass(frozen=True, slots=True)
class MenuPage:
    """The page of the menus."""

    path: Path = ROOT / "docs" / "menus.md"

    def tables(self) -> str:
        """Return what belongs below the mark."""
        meanings = Meanings(("ivr",))
        kinds = (_section(kind, node, meanings) for kind, node in KINDS.items())
        return "\n" + "\n".join((_picture(), *kinds, _prompts()))


def _picture() -> str:
    bank = ROOT / "examples" / "flows" / "bank.toml"
    return f"`goldline draw {bank.relative_to(ROOT)}`:\n\n```mermaid\n{drawn(load_flow(bank))}```\n"


def _section(kind: str, node: type[AnyNode], meanings: Meanings) -> str:
    schema = schema_of(node)
    keys = [row for key in schema["properties"] for row in rows(key, schema, schema, meanings)]
    table = HEAD + "".join(keys) if keys else ""
    return f"### `{kind}`\n\n{paragraph(schema['description'])}{table}"


def _prompts() -> str:
    """Return the table of the prompts that need no recording of one's own."""
    head = f"| prompt | {' | '.join(PROMPT_SETS)} |\n|{'---|' * (1 + len(PROMPT_SETS))}\n"
    return f"### Prompts that ship\n\n{head}{''.join(_heard())}"


def _heard() -> Iterator[str]:
    for name in next(iter(PROMPT_SETS.values())).sounds:
        heard = (", ".join(f"`{sound}`" for sound in each.sounds[name]) for each in PROMPT_SETS.values())
        yield f"| `{name}` | {' | '.join(heard)} |\n"


if __name__ == "__main__":
    sys.exit(keep_current(MenuPage()))
