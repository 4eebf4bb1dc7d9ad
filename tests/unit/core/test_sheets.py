"""What is exported is text to every spreadsheet, whatever it takes for the end of a cell."""

from __future__ import annotations

import pytest

from core.kernel.sheets import harmless


@pytest.mark.parametrize(
    ("cell", "exported"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t'=1"),
        ("Rome;=cmd|' /C calc'!A0", "Rome;'=cmd|' /C calc'!A0"),
        ("Rome;-cmd|x", "Rome;'-cmd|x"),
        ("wants\n+cmd|x", "wants\n'+cmd|x"),
        ("a\t@x", "a\t'@x"),
    ],
)
def test_no_cell_and_no_part_of_one_is_a_formula(cell: str, exported: str) -> None:
    assert harmless(cell) == exported


@pytest.mark.parametrize(
    "cell", ["", "Rome", "a;b", "a\tb", "first\n- second\n- third", "1-2", "ann@x.example"]
)
def test_what_is_none_stays_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell
