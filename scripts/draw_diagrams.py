"""Draw `docs/state-machines.md` from the tables that run the program.

    python -m scripts.draw_diagrams [--check]

Every `core.kernel.fsm.Table` of every package is found, so a new machine is drawn without being
listed anywhere. With `--check` nothing is written and the exit status tells whether the page is current.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from enum import StrEnum
from typing import Any

from core.kernel.fsm import Table
from scripts.tree import PRODUCT, ROOT, python_files

PAGE = ROOT / "docs" / "state-machines.md"
AnyTable = Table[Any, Any]


def tables() -> dict[str, AnyTable]:
    """Return every state machine of the product by its place, such as `core.model.leg.LEG`.

    Lower packages come first, so a table is found where it is made before where it is imported.
    """
    found: dict[str, AnyTable] = {}
    for path in python_files(PRODUCT[::-1]):
        if "core.kernel.fsm import" not in path.read_text("utf-8"):
            continue
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for name, value in vars(importlib.import_module(module)).items():
            if isinstance(value, Table) and value not in found.values():
                found[f"{module}.{name}"] = value
    return found


def page(machines: dict[str, AnyTable]) -> str:
    """Return the text of the page."""
    parts = ["# State machines\n\nDrawn from the tables by `make docs`; do not edit.\n"]
    parts += [section(place, table) for place, table in machines.items()]
    return "\n".join(parts)


def section(place: str, table: AnyTable) -> str:
    """Return one machine: its name, where its table is, its diagram, its final states."""
    module, _, name = place.rpartition(".")
    path = module.replace(".", "/") + ".py"
    final = ", ".join(state.name for state in final_states(table)) or "none"
    return (
        f"## {table.name}\n\n`{name}` in [{path}](../{path}). Final states: {final}.\n\n"
        f"```mermaid\n{table.diagram()}```\n"
    )


def final_states(table: AnyTable) -> list[StrEnum]:
    """Return the states that no row leaves, in their declared order."""
    left = {state for state, _ in table.rows}
    return [state for state in table.states() if state not in left]


def main() -> int:
    """Write the page, or with `--check` tell whether it is current."""
    parser = argparse.ArgumentParser(description="Draw docs/state-machines.md from the tables.")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when the page is out of date"
    )
    text = page(tables())
    if not parser.parse_args().check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text("utf-8") == text:
        return 0
    print(f"{PAGE.relative_to(ROOT)} is not what the tables say; run `make docs`", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
