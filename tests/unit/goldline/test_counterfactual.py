"""A recorded hour under other rules: the same callers, the same agents, another order in line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.contact import Requirement
from core.model.ids import AgentId
from goldline.comparison import drawn_comparison
from goldline.counterfactual import Choices, Rerun, compare, figures_of, read_day
from goldline.journal_head import read_head
from goldline.recorded_day import DayReader, RecordedDay, Way
from goldline.recorded_shifts import Absence
from goldline.rerun import Completion
from tests.unit.goldline.recorded import HOUR, other_rules, record, write_centre

SEED = 8
FEW = Choices(replications=5, cores=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("centre")
    write_centre(folder)
    return folder


@pytest.fixture(scope="module")
def journal(folder: Path) -> Path:
    return record(folder, SEED)


@pytest.fixture(scope="module")
def reader(journal: Path) -> DayReader:
    return read_day(journal, read_head(journal), threshold_s=20)


@pytest.fixture(scope="module")
def day(reader: DayReader) -> RecordedDay:
    return reader.finish()


# --- what was recorded --------------------------------------------------------------------------------


def test_every_caller_who_asked_for_a_queue_is_in_the_day(reader: DayReader, day: RecordedDay) -> None:
    everybody = reader.figures.of()
    assert len(day.calls) == everybody.offered
    assert sum(call.left for call in day.calls) == everybody.abandoned > 10
    assert reader.never_asked == reader.figures.left_in_ivr > 0
    assert sorted(call.waited_us for call in day.calls if call.left) == sorted(everybody.abandoned_us)
    assert sorted(call.waited_us for call in day.calls if not call.left) == sorted(everybody.answered_us)


def test_menus_are_kept_as_where_they_led(day: RecordedDay) -> None:
    service, loans = Way("service", ()), Way("loans", (Requirement(skill="loans", minimum=3),))
    assert {call.way for call in day.calls} == {service, loans}


def test_callers_are_of_the_tier_on_record_and_strangers_of_none(day: RecordedDay) -> None:
    assert {call.tier for call in day.calls} == {"platinum", "standard", ""}
    strangers = [call.caller for call in day.calls if not call.tier]
    assert all(number.startswith("+44") for number in strangers)
    assert len(set(strangers)) == len(strangers)


def test_agents_come_pause_and_go_as_planned(day: RecordedDay) -> None:
    shifts = {shift.agent_id: shift for shift in day.shifts}
    assert list(shifts) == ["ann", "bob", "dora", "cem"]  # as they came
    assert shifts[AgentId("ann")].absences == ()
    (lunch,) = shifts[AgentId("bob")].absences
    assert lunch == Absence(pytest.approx(900 * SECOND_US), pytest.approx(300 * SECOND_US))
    cem = shifts[AgentId("cem")]
    assert cem.from_us == pytest.approx(601 * SECOND_US)
    assert cem.until_us == pytest.approx(3000 * SECOND_US)


# --- what it leaves open -------------------------------------------------------------------------------


def test_completion_keeps_what_was_seen_and_draws_only_the_rest(day: RecordedDay) -> None:
    completion = Completion(day.calls)
    first, again, other = (completion.arrivals(day.origin_us, seed) for seed in (1, 1, 2))
    assert first == again
    assert [arrival.at_us for arrival in first] == [call.asked_us for call in day.calls]
    for call, one, another in zip(day.calls, first, other, strict=True):
        assert one.patience_us is not None
        if call.left:
            assert one.patience_us == another.patience_us == call.waited_us
        else:
            assert one.patience_us > call.waited_us
        if call.work is not None:
            assert (one.talk_us, one.wrap_up_us) == (another.talk_us, another.wrap_up_us) == call.work
    assert [arrival.patience_us for arrival in first] != [arrival.patience_us for arrival in other]
    assert [arrival.talk_us for arrival in first] != [arrival.talk_us for arrival in other]


def test_where_nobody_left_nobody_will(day: RecordedDay) -> None:
    stayed = [call for call in day.calls if not call.left]
    arrivals = Completion(stayed).arrivals(day.origin_us, 1)
    assert {arrival.patience_us for arrival in arrivals} == {10**12}


def test_work_of_those_who_left_is_that_of_somebody_served_in_their_queue(day: RecordedDay) -> None:
    arrivals = Completion(day.calls).arrivals(day.origin_us, 1)
    for call, arrival in zip(day.calls, arrivals, strict=True):
        seen = {other.work for other in day.calls if other.work and other.way.queue == call.way.queue}
        assert (arrival.talk_us, arrival.wrap_up_us) in seen


# --- again under the same rules ---------------------------------------------------------------------------


MISSES = '[workforce]\nmisses = 0.15\ncomes_back = { kind = "constant", value_s = 40 }\n'


@pytest.mark.parametrize("hour", [HOUR, HOUR + MISSES], ids=["phones are answered", "many are not"])
@pytest.mark.parametrize("seed", [8, 9, 10])
def test_under_its_own_rules_the_day_comes_out_as_it_was(tmp_path: Path, hour: str, seed: int) -> None:
    write_centre(tmp_path, hour)
    journal = record(tmp_path, seed)
    head = read_head(journal)
    reader = read_day(journal, head, threshold_s=20)
    day = reader.finish()
    rerun = Rerun(day=day, completion=Completion(day.calls), same=head, other=head, threshold_s=20)
    same, other = rerun(seed=1)
    assert same == other
    recorded = figures_of(reader.figures)
    assert same.keys() == recorded.keys()
    for group, figures in recorded.items():
        for measure, figure in figures.items():
            again = same[group][measure]
            # A phone that is still in use takes 20 ms to say so, which nobody measures.
            assert (again.count, again.total) == (figure.count, pytest.approx(figure.total, abs=0.2))


def test_rules_that_touch_nobody_change_nothing(folder: Path, journal: Path) -> None:
    rules = other_rules(folder, "[tiers.standard]", "[tiers.standard]\n[tiers.diamond]\nhead_start_s = 600")
    result = compare(journal, rules, FEW)
    assert result["first_difference"] is None
    for figures in (result["total"], *result["tiers"].values(), *result["queues"].values()):
        for figure in figures.values():
            assert figure["difference"] == {"mean": 0, "half_width": 0}


# --- under other rules ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def with_head_start(folder: Path, journal: Path) -> dict[str, Any]:
    return compare(journal, other_rules(folder, "head_start_s = 0", "head_start_s = 120"), FEW)


def test_platinum_with_a_head_start_waits_less_and_standard_waits_more(
    with_head_start: dict[str, Any],
) -> None:
    tiers = with_head_start["tiers"]
    for figure in ("mean_wait_s", "mean_wait_all_s"):
        platinum, standard = (tiers[tier][figure]["difference"] for tier in ("platinum", "standard"))
        assert platinum["mean"] + platinum["half_width"] < 0, figure
        assert standard["mean"] > 0, figure
    assert tiers["platinum"]["abandoned"]["difference"]["mean"] < 0


def test_report_names_what_changed_and_since_when(with_head_start: dict[str, Any]) -> None:
    assert with_head_start["rules_changed"] == [
        {"key": "tiers.platinum.head_start_s", "recorded": 0.0, "now": 120.0}
    ]
    assert with_head_start["first_difference"] > 1
    assert with_head_start["calls"] > 100


def test_difference_is_that_of_the_two_means(with_head_start: dict[str, Any]) -> None:
    for figure in with_head_start["total"].values():
        apart = figure["other_rules"]["mean"] - figure["same_rules"]["mean"]
        assert figure["difference"]["mean"] == pytest.approx(apart, abs=2e-4)


@pytest.mark.slow
def test_same_question_gets_the_same_answer_from_however_many_cores(folder: Path, journal: Path) -> None:
    rules = other_rules(folder, "head_start_s = 0", "head_start_s = 120")
    one, two = (compare(journal, rules, Choices(replications=2, cores=cores)) for cores in (1, 2))
    assert one == two


def test_page_and_terminal_tell_what_the_figures_are(
    folder: Path, journal: Path, with_head_start: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    rules, page = other_rules(folder, "head_start_s = 0", "head_start_s = 120"), folder / "page.html"
    compare(journal, rules, replace(FEW, report=page))
    Console(width=120).print(drawn_comparison(with_head_start))
    wait = with_head_start["tiers"]["platinum"]["mean_wait_s"]["difference"]
    for shown in (page.read_text(), capsys.readouterr().out):
        assert f"{wait['mean']:+.1f} ± {wait['half_width']:.1f}" in shown
        assert "tiers.platinum.head_start_s" in shown
        assert "not how much one day differs from the next" in " ".join(shown.split())


def test_one_completion_has_no_interval(folder: Path, journal: Path) -> None:
    rules = other_rules(folder, "head_start_s = 0", "head_start_s = 120")
    result = compare(journal, rules, Choices(replications=1, cores=1))
    assert result["total"]["mean_wait_s"]["difference"]["half_width"] is None


def test_agent_who_learns_loans_shortens_that_queue(folder: Path, journal: Path) -> None:
    rules = other_rules(folder, "[ivr]", "[agents.cem]\nskills = { service = 5, loans = 5 }\n[ivr]")
    loans = compare(journal, rules, FEW)["queues"]["loans"]["mean_wait_s"]
    assert loans["difference"]["mean"] < -5


def test_other_menus_change_nothing_for_menus_are_as_recorded(folder: Path, journal: Path) -> None:
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    write_centre(elsewhere)
    menu = (elsewhere / "menu.toml").read_text()
    (elsewhere / "menu.toml").write_text(menu.replace('2 = "loans"', '3 = "loans"'))
    result = compare(journal, elsewhere / "goldline.toml", FEW)
    assert [change["key"] for change in result["rules_changed"]] == ["flows.menu"]
    assert result["total"]["mean_wait_s"]["difference"] == {"mean": 0, "half_width": 0}


# --- what cannot be compared ------------------------------------------------------------------------------


def test_queue_that_callers_asked_for_must_be_there(folder: Path, journal: Path) -> None:
    elsewhere = folder / "without-loans"
    elsewhere.mkdir()
    write_centre(elsewhere)
    rules = elsewhere / "goldline.toml"
    rules.write_text(rules.read_text().replace("queues.loans", "queues.credits"))
    menu = elsewhere / "menu.toml"
    menu.write_text(menu.read_text().replace('queue = "loans"', 'queue = "credits"'))
    with pytest.raises(ConfigError, match="callers asked for the queue loans"):
        compare(journal, rules, FEW)


def test_day_that_this_version_decides_otherwise_is_refused(folder: Path, journal: Path) -> None:
    old = folder / "old.journal"
    shutil.copy(journal, old)
    lines = old.read_bytes().splitlines(keepends=True)
    lines[40] = lines[40][:-20] + b'"0000000000000000"]\n'
    old.write_bytes(b"".join(lines))
    with pytest.raises(ConfigError, match=r"old.journal: input 40"):
        compare(old, other_rules(folder, "head_start_s = 0", "head_start_s = 120"), FEW)


def test_journal_of_nothing_is_no_day(folder: Path, journal: Path) -> None:
    empty = folder / "empty.journal"
    empty.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])
    with pytest.raises(ConfigError, match="a recorded day"):
        compare(empty, other_rules(folder, "head_start_s = 0", "head_start_s = 120"), FEW)


def test_night_without_calls_is_no_day_either(tmp_path: Path) -> None:
    write_centre(tmp_path, HOUR.replace("per_hour = 120", "per_hour = 0.0001"))
    rules = other_rules(tmp_path, "head_start_s = 0", "head_start_s = 120")
    with pytest.raises(ConfigError, match="somebody was served"):
        compare(record(tmp_path, SEED), rules, FEW)
