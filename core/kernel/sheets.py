"""Texts on their way into a spreadsheet."""

from __future__ import annotations

import re

_FORMULAS = re.compile(r"\A(?=[=+\-@\t\r\n])|(?<=[;\t\r\n])(?=[=+@]|-\S)")
"""Where a formula begins: at the start of a cell, and behind what parts cells where commas part figures.

A spreadsheet in German or French takes `;` for the end of a cell, and minds no quotation mark within one.
"""


def harmless(cell: str) -> str:
    """Return `cell` so that no spreadsheet runs any of it as a formula (OWASP, "CSV injection")."""
    return _FORMULAS.sub("'", cell)
