"""`goldline whatif` from the command line: a quarter of an hour's question, as JSON and as a page."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from goldline.whatif.page import answer_page
from simulator.report.page import write_page
from tests.services.browser import visit

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("goldline")

pytestmark = pytest.mark.slow


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, "whatif", *words], cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
    )


@pytest.fixture(scope="module")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return half an hour of the example's two teams, with short talks."""
    morning = ROOT / "examples" / "whatif" / "bank-morning.toml"
    text = morning.read_text("utf-8")
    for old, new in (
        ('"../scenarios/small-centre.toml"', f"'{ROOT / 'examples' / 'scenarios' / 'small-centre.toml'}'"),
        ("duration_s = 7200", "duration_s = 1800"),
        ("interval_s = 1800", "interval_s = 900"),
        ("counts = [30, 46, 58, 41]", "counts = [14, 22]"),
        ("mean_s = 260, deviation_s = 220", "mean_s = 80, deviation_s = 60"),
        ("mean_s = 150, deviation_s = 150", "mean_s = 60, deviation_s = 50"),
    ):
        assert old in text
        text = text.replace(old, new)
    short = tmp_path_factory.mktemp("whatif") / "short.toml"
    short.write_text(text, "utf-8")
    return short


@pytest.fixture(scope="module")
def answer(scenario: Path) -> dict[str, Any]:
    done = run(scenario, "--target", "80/20", "--target", "gold:75/30", "--replications", "40", "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_everybody_and_gold_get_what_they_are_promised(answer: dict[str, Any]) -> None:
    assert [target["name"] for target in answer["targets"]] == ["80/20", "gold:75/30"]
    assert not answer["exhausted"]
    assert not answer["unattainable"]
    found = answer["plans"]["found"]
    assert found["share"]["80/20"]["mean"] > 0.8
    assert found["share"]["gold:75/30"]["mean"] > 0.75
    assert found["cost"] < answer["plans"]["own"]["cost"]


def test_cost_is_that_of_the_hours_of_each_team(answer: dict[str, Any]) -> None:
    teams = answer["teams"]
    assert min(teams["front"]["counts"]) >= 2
    assert min(teams["loans"]["counts"]) >= 1
    cost = sum(team["cost"] * sum(team["counts"]) / 4 for team in teams.values())
    assert answer["plans"]["found"]["cost"] == pytest.approx(cost)


def test_a_target_nobody_can_mean_is_one_clear_line(scenario: Path) -> None:
    done = run(scenario, "--target", "platin:80/20")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "platin" in done.stderr
    assert "platinum" in done.stderr


@pytest.mark.browser
def test_page_draws_every_plot(answer: dict[str, Any], browser: Browser, tmp_path: Path) -> None:
    write_page(answer_page(answer), tmp_path / "answer.html")
    opened = visit(browser, tmp_path / "answer.html")
    opened.page.locator("figure .u-over").first.hover()
    assert opened.page.locator("figure canvas").count() == 6
    assert "9:00" in opened.page.locator("table").first.inner_text()
    assert opened.complaints == []
    opened.page.close()
