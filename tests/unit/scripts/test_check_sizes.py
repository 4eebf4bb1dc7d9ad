"""A function or a file that is one line too long is named; one that just fits is not."""

from __future__ import annotations

import pytest

from scripts.check_sizes import FUNCTION_LINES_MAX, Piece, functions, summary, too_long


def function_of(lines: int, prefix: str = "def ") -> str:
    return f"{prefix}ring():\n" + "    pass\n" * (lines - 1)


@pytest.mark.parametrize("prefix", ["def ", "async def "])
def test_the_longest_allowed_function_passes_and_one_more_line_does_not(prefix: str) -> None:
    fits = functions(function_of(FUNCTION_LINES_MAX, prefix), "routing/match.py")
    assert too_long(fits, FUNCTION_LINES_MAX) == []
    exceeds = functions(function_of(FUNCTION_LINES_MAX + 1, prefix), "routing/match.py")
    assert too_long(exceeds, FUNCTION_LINES_MAX) == ["routing/match.py:1 ring: 71 lines, 70 at most"]


def test_methods_and_inner_functions_are_measured_too() -> None:
    source = "class Offer:\n    def take(self):\n        def late():\n            pass\n        return late\n"
    assert [(piece.lines, piece.where) for piece in functions(source, "offer.py")] == [
        (4, "offer.py:2 take"),
        (2, "offer.py:3 late"),
    ]


def test_the_summary_names_median_p90_and_the_longest() -> None:
    pieces = [Piece(lines, f"f{lines}") for lines in range(1, 12)]
    assert summary("functions", pieces) == "functions: 11, median 6 lines, p90 10, longest 11 (f11)"
