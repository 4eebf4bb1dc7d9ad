"""What a campaign came to: counts added up by what dispositions say, arms held against each other."""

from __future__ import annotations

from math import isclose
from pathlib import Path

import pytest

from core.kernel.clock import SECOND_US
from core.kernel.errors import ConfigError
from core.model.attempt import AttemptState
from core.model.campaign_results import Grouping, ListStanding, ResultCount
from core.model.disposition import Disposition
from goldline.campaign.conversions import read_conversions
from goldline.campaign.reading import asked
from goldline.campaign.tables import remarks, result_tables
from metrics.arms import Share, compare, wilson
from metrics.campaign_results import arm_tests, by_disposition, figures_by_group, results, total

DISPOSITIONS = {
    "sold": Disposition(
        code="sold", label="Sold", is_contact=True, is_right_party=True, is_sale=True, value=40
    ),
    "no": Disposition(code="no", label="No", is_contact=True, is_right_party=True),
    "spouse": Disposition(code="spouse", label="Somebody else", is_contact=True),
    "stop": Disposition(code="stop", label="No calls", is_contact=True, is_right_party=True, is_dnc=True),
}
C, D, M, N = (
    AttemptState.CONNECTED,
    AttemptState.DROPPED,
    AttemptState.MACHINE,
    AttemptState.NO_ANSWER,
)


def count(group: str, outcome: AttemptState, code: str, attempts: int, **more: int) -> ResultCount:
    talk_us = attempts * 100 * SECOND_US if outcome is C else 0
    usual = {"talk_us": talk_us, "conversions": 0, "value_cents": 0}
    return ResultCount(group, outcome, code, attempts, people=attempts, **(usual | more))


COUNTS = [
    count("march", C, "sold", 10, conversions=2, value_cents=5_050),
    count("march", C, "no", 25),
    count("march", C, "spouse", 10),
    count("march", C, "stop", 4),
    count("march", C, "talked", 1),
    count("march", D, "abandoned", 2),
    count("march", M, "machine", 8),
    count("march", N, "no_answer", 40),
    count("april", N, "gone_from_the_configuration", 3),
]


def test_counts_are_added_up_by_what_each_disposition_says() -> None:
    march, april = figures_by_group(COUNTS, {"march": 70, "april": 3}, DISPOSITIONS).values()
    told = march.told()
    assert (told["people"], told["attempts"], told["answered"], told["machines"]) == (70, 100, 52, 8)
    assert (told["contacts"], told["right_parties"], told["sales"], told["refusals"]) == (50, 39, 10, 4)
    assert (told["abandoned"], told["conversions"], told["value"]) == (2, 2, 450.5)
    assert told["abandoned_share"] == 2 / 52
    assert told["conversion"] == 10 / 50
    assert told["sales_per_person"] == 10 / 70
    assert told["mean_talk_s"] == 100
    assert (april.attempts, april.contacts, april.told()["conversion"]) == (3, 0, None)


def test_all_groups_together_are_their_sum_but_people_are_counted_apart() -> None:
    groups = figures_by_group(COUNTS, {"march": 70, "april": 3}, DISPOSITIONS)
    assert total(groups.values()).attempts == 103
    standing = ListStanding("march", True, leads=200, tried=70, done=50, callbacks=3, attempts=100)
    told = results("spring", Grouping.LIST, groups, [standing], 71, {})
    assert told["all"]["people"] == 71
    assert (told["lists"]["march"]["penetration"], told["lists"]["march"]["saturation"]) == (0.35, 0.5)
    assert "arms" not in told


def test_the_tables_show_every_group_and_every_list() -> None:
    groups = figures_by_group(COUNTS, {"march": 70, "april": 3}, DISPOSITIONS)
    standing = ListStanding("march", True, leads=200, tried=70, done=50, callbacks=3, attempts=100)
    came_to = by_disposition(COUNTS, DISPOSITIONS)
    told = results("spring", Grouping.LIST, groups, [standing], 71, came_to)
    found, dispositions, lists = result_tables(told)
    assert dispositions.sections[0].rows[:2] == (
        ("No answer", "not reached", "40", "38.8%"),
        ("No", "", "25", "24.3%"),
    )
    assert [row[0] for section in found.sections for row in section.rows] == ["all", "march", "april"]
    assert found.sections[1].rows[0][6:8] == ("10", "20.0%")
    assert "8 answering machines" in found.note
    assert lists.sections[0].rows == (("march", "200", "70", "50", "3", "35.0%", "0.50"),)


# --- arms ------------------------------------------------------------------------------------------


def test_two_shares_are_compared_as_in_the_textbook() -> None:
    """Altman, Practical Statistics for Medical Research: 56 of 70 and 48 of 80 (Newcombe 1998, example a)."""
    verdict = compare(Share(56, 70), Share(48, 80))
    assert verdict is not None
    assert isclose(verdict.difference, 0.2)
    assert (round(verdict.low, 4), round(verdict.high, 4)) == (0.0524, 0.3339)
    assert isclose(verdict.z, 2.65, abs_tol=0.01)
    assert isclose(verdict.p_value, 0.0080, abs_tol=0.0002)
    assert verdict.enough


def test_of_nothing_nothing_is_said_and_of_little_that_it_is_little() -> None:
    assert compare(Share(0, 0), Share(1, 2)) is None
    few = compare(Share(2, 10), Share(0, 10))
    assert few is not None
    assert not few.enough
    equal = compare(Share(0, 50), Share(0, 50))
    assert equal is not None
    assert (equal.z, equal.p_value) == (0, 1)


def test_the_interval_of_one_share_is_wilsons() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3: 81 of 263."""
    assert tuple(round(end, 4) for end in wilson(Share(81, 263))) == (0.2553, 0.3662)


def test_each_arm_stands_beside_the_first() -> None:
    counts = [count("a", C, "sold", 60), count("b", C, "sold", 100), count("c", C, "sold", 61)]
    groups = figures_by_group(counts, dict.fromkeys("abc", 1_000), DISPOSITIONS)
    tests = arm_tests(groups)
    assert {arm: test["beside"] for arm, test in tests.items()} == {"b": "a", "c": "a"}
    told = remarks(results("spring", Grouping.ARM, groups, [], 3_000, {}))
    assert told[0].startswith("arm b beside a: +4.00% of people bought")
    assert "hardly by chance" in told[0]
    assert "may be chance" in told[1]
    assert arm_tests({}) == {}


# --- questions and conversions ------------------------------------------------------------------------


def test_a_question_names_a_grouping_of_ours() -> None:
    assert asked("spring", "caller-id", None, None).by is Grouping.CALLER_ID
    with pytest.raises(ConfigError, match="one of list, segment"):
        asked("spring", "weather", None, None)


def test_conversions_are_read_and_wrong_lines_named(tmp_path: Path) -> None:
    file = tmp_path / "sold.csv"
    file.write_text(
        "Attempt-ID;at;Value;reference\n"
        "A-1-000001;2026-11-23T10:05;129.90;order-1\n"
        "A-1-000002;;;\n"
        "A-1-000003;yesterday;;\n"
        ";;5;\n"
        "A-1-000004;;lots;\n"
    )
    read = read_conversions(file, now_us=77)
    first, second = read.conversions
    assert (first.reference, first.at_us, first.value_cents) == ("order-1", 1_795_428_300_000_000, 12_990)
    assert (second.at_us, second.value_cents) == (77, 0)
    assert read.lines == [2, 3]
    assert [(reject.line, reject.column) for reject in read.rejects] == [
        (4, "at"),
        (5, "attempt_id"),
        (6, "value"),
    ]


def test_a_list_without_attempts_is_no_list_of_conversions(tmp_path: Path) -> None:
    file = tmp_path / "sold.csv"
    file.write_text("order,value\n1,2\n")
    with pytest.raises(ConfigError, match="a column attempt_id"):
        read_conversions(file, now_us=0)
