"""Figures are printed alike for people, for machines and for the page of benchmarks."""

from __future__ import annotations

import json

import pytest

from benchmarks.__main__ import SUPPORT, benchmark_names, page, section, sections
from benchmarks.report import aligned, as_markdown, print_figures, shown

ROWS = [
    {"library": "goldline", "messages per CPU-second": 123456.7, "p99 ms": 0.1234},
    {"library": "other", "messages per CPU-second": 4567, "p99 ms": 10.26},
]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1234567, "1,234,567"),
        (7, "7"),
        (123.4, "123"),
        (2.345, "2.35"),
        (0.01234, "0.0123"),
        ("a b", "a b"),
        (True, "True"),
    ],
)
def test_a_figure_is_shown_with_three_digits_that_matter(value: object, text: str) -> None:
    assert shown(value) == text


def test_people_get_a_table_with_numbers_to_the_right() -> None:
    assert aligned(ROWS) == (
        "library   messages per CPU-second  p99 ms\n"
        "goldline                  123,457   0.123\n"
        "other                       4,567    10.3\n"
    )


def test_the_page_gets_a_markdown_table() -> None:
    assert as_markdown(ROWS).splitlines() == [
        "| library | messages per CPU-second | p99 ms |",
        "| --- | --- | --- |",
        "| goldline | 123,457 | 0.123 |",
        "| other | 4,567 | 10.3 |",
    ]


def test_machines_get_one_object_with_unrounded_figures(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures("Parse", ROWS, as_json=True, ratios={"times other": 27.03})
    printed = json.loads(capsys.readouterr().out)
    assert printed == {"title": "Parse", "rows": ROWS, "ratios": {"times other": 27.03}}


def test_people_see_the_ratios_below_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    print_figures("Parse", ROWS, as_json=False, ratios={"times other": 27.03})
    title, *_, ratio = capsys.readouterr().out.splitlines()
    assert (title, ratio) == ("Parse", "times other: 27")


PARSE = section(
    ["benchmarks.ami", "--quick"], {"title": "Parse", "rows": ROWS, "ratios": {"times other": 27.03}}
)
ROUTE = section(["benchmarks.engine"], {"title": "Route", "rows": ROWS, "ratios": {}})


def test_a_section_has_title_command_and_figures() -> None:
    assert PARSE.startswith("## Parse\n\n`python -m benchmarks.ami --quick`\n\n| library |")
    assert PARSE.endswith("\n- times other: 27\n")


def test_a_renewed_section_leaves_the_others_as_they_were() -> None:
    old = page({"engine": ROUTE, "ami": PARSE})
    assert sections(old) == {"ami": PARSE, "engine": ROUTE}
    again = page(sections(old) | {"engine": ROUTE.replace("Route", "Routed")})
    assert sections(again) == {"ami": PARSE, "engine": ROUTE.replace("Route", "Routed")}


def test_what_supports_the_benchmarks_is_not_run_as_one() -> None:
    assert not SUPPORT & set(benchmark_names())
