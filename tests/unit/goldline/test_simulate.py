"""A scenario simulated once and several times: what is counted, what is kept, what is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.kernel.errors import ConfigError
from goldline.cli import app
from goldline.replay import replay_journal
from goldline.simulate import Choices, simulate
from goldline.tables import drawn, figure_table, shown
from goldline.trial import make_trial, usual_interval_s
from simulator.scenario import load_scenario

EXAMPLES = Path(__file__).parents[3] / "examples"
SMALL = EXAMPLES / "scenarios" / "small.toml"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def once() -> dict[str, Any]:
    return simulate(SMALL, Choices(seed=3))


@pytest.fixture(scope="module")
def often() -> dict[str, Any]:
    return simulate(SMALL, Choices(seed=3, replications=3, cores=1))


def test_same_seed_is_the_same_day(once: dict[str, Any]) -> None:
    assert simulate(SMALL, Choices(seed=3)) == once
    assert simulate(SMALL, Choices(seed=4))["journal_hash"] != once["journal_hash"]


def test_views_by_tier_queue_and_interval_add_up(once: dict[str, Any]) -> None:
    for figure in ("offered", "answered", "abandoned"):
        columns = once["intervals"]
        assert once[figure] == sum(tier[figure] for tier in once["tiers"].values())
        assert once[figure] == sum(queue[figure] for queue in once["queues"].values())
        assert once[figure] == sum(columns["all"][figure])
        assert once[figure] == sum(sum(tier[figure]) for tier in columns["tiers"].values())
    for end in ("answered", "abandoned"):
        assert once[end] == sum(sum(waits[end]) for waits in once["waits"].values())
    assert once["offered"] == once["answered"] + once["abandoned"]
    assert once["arrived"] >= once["offered"] + once["left_in_ivr"]


def test_columns_are_as_long_as_the_day(once: dict[str, Any]) -> None:
    places = len(once["interval_starts_s"])
    assert places * once["interval_s"] == 1800
    for group in ("tiers", "queues", "teams"):
        for columns in once["intervals"][group].values():
            assert {len(column) for column in columns.values()} == {places}


def test_several_runs_are_those_of_the_seeds_that_follow(often: dict[str, Any]) -> None:
    alone = [simulate(SMALL, Choices(seed=seed)) for seed in (3, 4, 5)]
    mean = sum(run["offered"] for run in alone) / 3
    assert often["offered"]["mean"] == pytest.approx(mean, abs=1e-4)
    assert often["offered"]["half_width"] > 0
    assert often["replications"] == 3
    answered = sum(run["answered"] for run in alone)
    waited_s = sum(run["mean_wait_s"] * run["answered"] for run in alone)
    assert often["mean_wait_s"]["mean"] == pytest.approx(waited_s / answered, abs=1e-3)


def test_several_cores_find_what_one_finds(often: dict[str, Any]) -> None:
    assert simulate(SMALL, Choices(seed=3, replications=3, cores=2)) == often


def test_one_run_and_several_have_the_same_figures(once: dict[str, Any], often: dict[str, Any]) -> None:
    assert once.keys() - often.keys() == {"inputs", "journal_hash"}
    assert once["tiers"].keys() == often["tiers"].keys()
    assert once["tiers"]["gold"].keys() == often["tiers"]["gold"].keys()


def test_threshold_is_of_the_service_level_alone(once: dict[str, Any]) -> None:
    patient = simulate(SMALL, Choices(seed=3, threshold_s=120))
    assert patient["service_level"]["all_count"] > once["service_level"]["all_count"]
    assert patient["share_within_20s"] == once["share_within_20s"] == once["service_level"]["all_count"]
    assert patient["journal_hash"] == once["journal_hash"]


def test_warm_up_is_left_out(once: dict[str, Any], tmp_path: Path) -> None:
    for file in SMALL.parent.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "small.toml").write_text(f"warm_up_s = 900\n{SMALL.read_text('utf-8')}", "utf-8")
    warm = simulate(tmp_path / "small.toml", Choices(seed=3))
    assert warm["journal_hash"] == once["journal_hash"], "it changes what is counted, not what happens"
    assert 0 < warm["arrived"] < once["arrived"]
    assert warm["intervals"]["all"]["offered"][:2] == [0, 0]
    assert warm["intervals"]["all"]["occupancy"][:2] == [None, None]


def test_dialer_is_counted_by_the_numbers_it_tried_and_the_people_it_reached(once: dict[str, Any]) -> None:
    blended = simulate(EXAMPLES / "theory" / "blend.toml", Choices())
    tried, reached = blended["tried"], blended["reached"]
    assert reached == blended["queues"]["type-2"]["offered"] > 100
    assert reached / tried == pytest.approx(0.29, abs=0.06)
    assert f"dialers tried {tried:,} numbers and reached {reached:,}" in figure_table(blended).note
    assert once["tried"] == once["reached"] == 0
    assert "dialers" not in figure_table(once).note


def test_journal_of_a_run_can_be_replayed(tmp_path: Path, once: dict[str, Any]) -> None:
    simulate(SMALL, Choices(seed=3, journal=tmp_path / "day.journal"))
    replayed = replay_journal(tmp_path / "day.journal", None)
    assert replayed["first_difference"] is None
    assert replayed["journal_hash"] == once["journal_hash"]


@pytest.mark.parametrize(
    ("choices", "where"),
    [
        (Choices(journal=Path("day.journal"), replications=2), "--journal"),
        (Choices(report=Path("nowhere") / "report.html"), "--report"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_run(choices: Choices, where: str) -> None:
    with pytest.raises(ConfigError, match=where):
        simulate(SMALL, choices)


def test_report_has_a_plot_for_each_question_and_the_very_figures(tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    found = simulate(SMALL, Choices(seed=3, report=page))
    text = page.read_text("utf-8")
    drawn_json = text.partition('id="drawings">')[2].partition("</script>")[0]
    *plots, lines = json.loads(drawn_json)["drawings"].values()
    assert len(plots) == 8
    waiting = next(plot for plot in plots if plot["title"] == "Waiting")
    gold = next(line for line in waiting["series"] if line["name"] == "gold")
    assert gold["values"] == found["intervals"]["tiers"]["gold"]["mean_wait_s"]
    assert lines["names"] == [plan.name for plan in load_scenario(SMALL).staff]
    busy = lines["states"].index("on contact")
    talks = sum(state == busy for row in lines["stretches"] for *_, state in row)
    assert talks == found["answered"]
    assert len(text) < 100_000


def test_time_lines_are_kept_only_of_the_run_that_is_pictured() -> None:
    trial = make_trial(load_scenario(SMALL), pictured=3)
    assert trial(3).time_lines
    assert not trial(4).time_lines


@pytest.mark.parametrize(
    ("duration_s", "interval_s"), [(604_800, 1800), (10_800, 1800), (10_799, 900), (1800, 300), (100, 60)]
)
def test_short_days_are_cut_finer(duration_s: float, interval_s: float) -> None:
    assert usual_interval_s(duration_s) == interval_s


# --- the command ----------------------------------------------------------------------------------


def printed(*arguments: object) -> str:
    ended = CliRunner().invoke(app, ["simulate", str(SMALL), *map(str, arguments)])
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_machines_are_given_one_object_with_sorted_keys(once: dict[str, Any]) -> None:
    text = printed("--seed", 3, "--json")
    assert json.loads(text) == once
    assert text == json.dumps(once, sort_keys=True) + "\n"


def test_people_are_given_a_table_and_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    text = printed("--seed", 3, "--replications", 2, "--cores", 1, "--report", page)
    assert "small, 2 runs, seeds 3 to 4" in text
    for word in ("offered", "occupancy", "by tier", "platinum", "by queue", "loans", "±"):
        assert word in text
    assert page.read_text("utf-8").startswith("<!doctype html>")


# --- the table ------------------------------------------------------------------------------------


def test_table_has_a_row_for_each_tier_and_queue(once: dict[str, Any]) -> None:
    table = figure_table(once)
    assert [section.title for section in table.sections] == ["", "by tier", "by queue"]
    assert [row[0] for row in table.sections[1].rows] == ["platinum", "gold", "standard"]
    assert "in 20 s: answered within it, of all answered or abandoned" in table.note
    offered = table.headings.index("offered")
    assert table.sections[0].rows[0][offered] == str(once["offered"])


def test_columns_of_nobody_are_not_shown(once: dict[str, Any]) -> None:
    assert "blocked" not in figure_table(once).headings
    assert "blocked" in figure_table(once | {"blocked": 2}).headings


def test_interval_stands_below_the_mean_on_a_narrow_terminal(often: dict[str, Any]) -> None:
    table = figure_table(often)
    assert " ± " in table.sections[0].rows[0][1]
    narrow = list(drawn(table, 80).columns[1].cells)
    assert "\n± " in str(narrow[0])


@pytest.mark.parametrize(
    ("figure", "text"),
    [
        (None, "-"),
        (0.5, "0.5"),
        ({"mean": 2.0, "half_width": 0.25}, "2.0 ± 0.2"),
        ({"mean": 2.0, "half_width": None}, "2.0"),
        ({"mean": None, "half_width": None}, "-"),
    ],
)
def test_figure_as_text(figure: Any, text: str) -> None:
    assert shown(figure, ".1f") == text
