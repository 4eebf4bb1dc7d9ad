"""Identities count up by kind and never collide with those of another run."""

from __future__ import annotations

from core.model.ids import Ids


def test_each_kind_counts_for_itself() -> None:
    ids = Ids(run=3)
    assert [ids.new("C"), ids.new("O"), ids.new("C")] == ["C-3-000001", "O-3-000001", "C-3-000002"]


def test_two_runs_share_no_identity() -> None:
    first, second = Ids(run=1), Ids(run=2)
    assert {first.new("C") for _ in range(50)}.isdisjoint({second.new("C") for _ in range(50)})


def test_identities_of_one_run_sort_as_they_were_given() -> None:
    ids = Ids(run=1)
    given = [ids.new("C") for _ in range(1200)]
    assert sorted(given) == given
