"""Texts on their way into a spreadsheet."""

from __future__ import annotations

_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs it as a formula (OWASP, "CSV injection")."""
    return f"'{cell}" if cell.startswith(_FORMULA_BEGINS) else cell
