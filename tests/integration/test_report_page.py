"""The report of a simulation as a browser shows it, from disk."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from goldline.simulate import Choices, simulate
from tests.services.browser import Visit, visit

SMALL = Path(__file__).parents[2] / "examples" / "scenarios" / "small.toml"
EVIL = "<script>document.title = 'mine'</script><b>&amp;"
INK_OF_CANVAS = """
canvas => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    return new Set(new Uint32Array(pixels.buffer)).size;
}
"""

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of three runs of a scenario whose texts are not to be trusted."""
    folder = tmp_path_factory.mktemp("report")
    for file in SMALL.parent.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    scenario = folder / "small.toml"
    text = SMALL.read_text("utf-8").replace('name = "Alice"', f"name = '''{EVIL}'''")
    scenario.write_text(f"name = '''{EVIL}'''\n{text}", "utf-8")
    simulate(scenario, Choices(replications=3, cores=1, report=folder / "report.html"))
    return folder / "report.html"


@pytest.fixture
def opened(browser: Browser, report: Path) -> Iterator[Visit]:
    opened = visit(browser, report)
    yield opened
    opened.page.close()


def plots(page: Page) -> int:
    return page.locator("figure").count()


def test_every_plot_is_drawn(opened: Visit) -> None:
    canvases = opened.page.locator("figure canvas").all()
    assert len(canvases) == plots(opened.page) == 9
    for canvas in canvases:
        assert canvas.evaluate(INK_OF_CANVAS) > 20, "an empty canvas has one colour"


def test_nothing_goes_wrong_and_nobody_is_asked(opened: Visit, report: Path) -> None:
    opened.page.locator("figure .u-over").first.hover()
    assert opened.complaints == []
    assert opened.requests == [report.as_uri()]


def test_texts_of_the_scenario_are_texts(opened: Visit, report: Path) -> None:
    assert report.read_text("utf-8").count("<b>") == 0
    assert opened.page.locator("h1").inner_text() == EVIL
    assert opened.page.title().startswith(EVIL)
    opened.page.locator("figure.wide .u-over").hover(position={"x": 200, "y": 10})
    assert opened.page.locator(".tip b").inner_text() == EVIL


def test_cursor_is_told_the_figures_with_their_intervals(opened: Visit) -> None:
    plot = opened.page.locator("figure", has_text="Answered within 20 s")
    plot.locator(".u-over").hover()
    told = opened.page.locator(".tip")
    assert told.count() == 1
    assert re.search(r"0:\d\d – 0:\d\d.*platinum.*%", told.inner_text(), re.DOTALL)


def test_time_line_tells_what_an_agent_did(opened: Visit) -> None:
    agents = opened.page.locator("figure.wide .u-over")
    agents.hover(position={"x": 200, "y": 10})
    assert re.search(r"\d:\d\d:\d\d – \d:\d\d:\d\d", opened.page.locator(".tip").inner_text())


def test_plots_fit_a_telephone(browser: Browser, report: Path) -> None:
    page = visit(browser, report, width=400).page
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    widest = page.locator("figure canvas").evaluate_all("all => Math.max(...all.map(one => one.clientWidth))")
    assert 300 < widest < 400
    page.close()


def test_page_is_dark_for_who_wants_it_dark(browser: Browser, report: Path) -> None:
    def brightness(dark: bool) -> int:
        page = visit(browser, report, dark=dark).page
        colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.close()
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert brightness(dark=True) < 200 < 600 < brightness(dark=False)
