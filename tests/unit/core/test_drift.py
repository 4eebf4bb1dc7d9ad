"""A difference counts when two looks in a row show it; a race shows it once."""

from __future__ import annotations

from core.drift import Difference, Drift, LegView, differences
from core.model.ids import BridgeId, LegId

LEG, OTHER = LegId("17.1"), LegId("L-1-000001")
BRIDGE = BridgeId("b1")
UP = LegView(up=True)


def test_legs_that_are_as_told_are_no_difference() -> None:
    views = {LEG: UP, OTHER: LegView(ringing=True)}
    assert differences(views, dict(views)) == {}


def test_leg_that_is_gone_is_seen_at_the_second_look() -> None:
    drift = Drift()
    assert drift.look({LEG: UP}, {}) == {}
    assert drift.look({LEG: UP}, {}) == {LEG: Difference(UP, None)}


def test_leg_whose_end_was_under_way_is_no_difference_at_the_second_look() -> None:
    drift = Drift()
    drift.look({LEG: UP}, {})
    assert drift.look({}, {}) == {}


def test_unknown_leg_is_seen_though_it_was_answered_between_the_looks() -> None:
    drift = Drift()
    drift.look({}, {LEG: LegView(ringing=True)})
    assert list(drift.look({}, {LEG: UP})) == [LEG]


def test_leg_that_moved_on_between_the_looks_is_asked_about_again() -> None:
    """Each look shows a bridge we were not told of, but not the same one: both may be under way."""
    drift = Drift()
    drift.look({LEG: UP}, {LEG: UP._replace(bridge_id=BRIDGE)})
    assert drift.look({LEG: UP}, {LEG: UP._replace(bridge_id=BridgeId("b2"))}) == {}


def test_leg_we_ordered_is_missed_where_it_never_comes() -> None:
    expected = {LEG: LegView(expected=True)}
    drift = Drift()
    drift.look(expected, {})
    assert drift.look(expected, {}) == {LEG: Difference(LegView(expected=True), None)}


def test_answered_leg_is_not_asked_whether_it_rang() -> None:
    assert differences({LEG: UP}, {LEG: LegView(ringing=True, up=True)}) == {}


def test_snapshot_makes_the_next_look_the_first() -> None:
    drift = Drift()
    drift.look({LEG: UP}, {})
    drift.forget()
    assert drift.look({LEG: UP}, {}) == {}
