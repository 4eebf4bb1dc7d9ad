"""Tables for the terminal."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

_COLUMNS = {
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "mean_wait_s": "mean wait s",
    "share_within_20s": "within 20 s",
    "p95_wait_s": "95 % in s",
    "mean_skill_level": "level",
}


def day_table(summary: dict[str, Any]) -> Table:
    """Return the figures of a day, one row a tier."""
    title = f"{summary['scenario']}, seed {summary['seed']}: {summary['arrived']} calls"
    occupancy = f"occupancy {summary['occupancy']:.0%}, journal {summary['journal_hash'][:16]}"
    table = Table(title=title, caption=occupancy, box=SIMPLE_HEAD, title_style="bold")
    table.add_column("tier")
    for heading in _COLUMNS.values():
        table.add_column(heading, justify="right")
    for name, tier in summary["tiers"].items():
        table.add_row(name, *(_shown(key, tier[key]) for key in _COLUMNS))
    return table


def _shown(key: str, value: float) -> str:
    if key.startswith("share"):
        return f"{value:.1%}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)
