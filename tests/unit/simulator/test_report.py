"""A report's page: every text escaped, its own script and no other, nothing from the network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from simulator.report.blocks import (
    ClassAxis,
    Page,
    Plot,
    Section,
    Series,
    Table,
    Tile,
    TimeAxis,
    TimeLine,
    TimeLines,
)
from simulator.report.page import SINCE_START, html, write_page

EVIL = "</script><img src=x onerror=alert(1)>\"'&"


def page_of(text: str, clock_s: float | None = None) -> Page:
    """Return a page with `text` wherever a text may stand."""
    lines = Plot(
        title=text,
        note=text,
        kind="lines",
        axis=TimeAxis(starts_s=[0, 1800], interval_s=1800),
        form="seconds",
        series=(Series(name=text, values=[1.5, None], tone=0, half_width=[0.5, None]),),
    )
    bars = Plot(
        title=text,
        note=text,
        kind="bars",
        axis=ClassAxis(labels=[text], names=[text], title=text),
        form="count",
        series=(Series(name=text, values=[3], tone=1),),
    )
    agents = TimeLines(
        title=text,
        note=text,
        until_s=60,
        lines=(TimeLine(name=text, team=text, stretches=((0, 29.6, text), (29.6, 60, "ready"))),),
    )
    section = Section(title=text, rows=((text, text),))
    table = Table(title=text, headings=("", text), sections=(section,), note=text)
    return Page(
        kicker=text,
        title=text,
        subtitle=text,
        tiles=(Tile(label=text, value=text, spread=text),),
        blocks=(lines, bars, agents, table),
        notes=(text,),
        clock_s=clock_s,
    )


class Elements(HTMLParser):
    """What a browser finds on a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._inside: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts.setdefault(self._inside[-1], []).append(data)


def drawings(text: str) -> dict[str, Any]:
    described = next(script for script in Elements(text).texts["script"] if script.startswith('{"clock_s"'))
    found: dict[str, Any] = json.loads(described)
    return found


def test_no_text_becomes_an_element() -> None:
    evil, tame = Elements(html(page_of(EVIL))), Elements(html(page_of("tame")))
    assert [tag for tag, _ in evil.tags] == [tag for tag, _ in tame.tags]
    assert all("onerror" not in attributes for _, attributes in evil.tags)
    assert "".join(evil.texts["h1"]) == EVIL
    assert drawings(html(page_of(EVIL)))["drawings"]["drawing-0"]["title"] == EVIL


def test_page_allows_its_own_script_and_styles_and_nothing_else() -> None:
    page = Elements(html(page_of("tame")))
    policy = next(
        attributes["content"] for tag, attributes in page.tags if "http-equiv" in attributes and tag == "meta"
    )
    assert policy is not None
    for element, rule in (("script", "script-src"), ("style", "style-src")):
        digest = hashlib.sha256(page.texts[element][-1].encode()).digest()
        assert f"{rule} 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy


def test_page_names_nothing_to_fetch() -> None:
    page = Elements(html(page_of("tame")))
    wanted = [
        value
        for _, attributes in page.tags
        for key, value in attributes.items()
        if key in ("src", "href") and value is not None
    ]
    assert wanted == ["data:,"]
    assert "@import" not in page.texts["style"][0]
    assert "url(" not in page.texts["style"][0]


def test_licence_of_what_is_not_ours_is_on_the_page() -> None:
    text = html(page_of("tame"))
    assert "Copyright (c) 2022 Leon Sorokin" in text
    assert "Permission is hereby granted" in text


def test_time_lines_are_whole_seconds_without_gaps() -> None:
    lines = drawings(html(page_of("away")))["drawings"]["drawing-2"]
    assert lines["states"] == ["away", "ready"]
    assert lines["stretches"] == [[[0, 30, 0], [30, 60, 1]]]


@pytest.mark.parametrize(("clock_s", "told"), [(None, True), (28_800, False)])
def test_page_without_a_clock_says_from_when_it_counts(clock_s: float | None, told: bool) -> None:
    text = html(page_of("tame", clock_s))
    assert (SINCE_START in text) is told
    assert drawings(text)["clock_s"] == clock_s


def test_gaps_are_gaps_and_the_infinite_is_refused() -> None:
    series = drawings(html(page_of("tame")))["drawings"]["drawing-0"]["series"][0]
    assert (series["values"], series["half_width"]) == ([1.5, None], [0.5, None])
    assert not re.search("NaN|Infinity", json.dumps(series))


def test_page_is_written_as_it_is_made(tmp_path: Path) -> None:
    write_page(page_of("ä"), tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text("utf-8") == html(page_of("ä"))
