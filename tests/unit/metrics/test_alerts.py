"""Alerts are raised at their limit, grow critical, and are over only when it has clearly eased."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.kernel.clock import SECOND_US
from core.kernel.record import replace
from core.model.callback_events import CallbackBooked
from core.model.events import ContactAbandoned, ContactConnected
from core.model.ids import AgentId, ContactId, OfferId, QueueName
from metrics.alerts import AlertBook, AlertLevel, AlertRules, Measure, RecentService

RULES = AlertRules(critical_at=2.0, relief=0.8, lasts_us=10 * SECOND_US)
SALES = QueueName("sales")


def levels(strains: list[float | None], every_s: int = 20) -> list[AlertLevel | None]:
    """Return the alert's level after each of the strains; None among them: it is not measured."""
    book = AlertBook(RULES)
    told: list[AlertLevel | None] = []
    for number, strain in enumerate(strains):
        measures = [] if strain is None else [Measure("waiting", "sales", strain)]
        book.judge(measures, number * every_s * SECOND_US)
        alert = book.alerts.get(("waiting", "sales"))
        told.append(None if alert is None else alert.level)
    return told


WARNING, CRITICAL = AlertLevel.WARNING, AlertLevel.CRITICAL


def test_alert_is_raised_at_the_limit_and_not_before() -> None:
    assert levels([0.99, 1.0]) == [None, WARNING]


def test_alert_stays_until_it_has_clearly_eased() -> None:
    assert levels([1.0, 0.9, 1.0, 0.81, 0.79]) == [WARNING, WARNING, WARNING, WARNING, None]


def test_alert_is_critical_at_its_multiple_and_as_slow_to_ease() -> None:
    assert levels([1.9, 2.0, 1.7, 1.5, 0.5]) == [WARNING, CRITICAL, CRITICAL, WARNING, None]


def test_alert_lasts_a_moment_whatever_comes() -> None:
    assert levels([3.0, 0.0, None, None], every_s=4) == [CRITICAL, WARNING, WARNING, None]


def test_what_is_measured_no_more_is_over() -> None:
    assert levels([3.0, None]) == [CRITICAL, None]


def test_alert_counts_from_when_it_was_raised() -> None:
    book = AlertBook(RULES)
    for second, strain in enumerate([1.0, 2.5, 0.9]):
        book.judge([Measure("talk", "ann", strain, 10 * strain, 10)], second * SECOND_US)
    (alert,) = book.alerts.values()
    assert (alert.since_us, alert.measure.value) == (0, 9.0)


@given(st.lists(st.floats(0, 4), min_size=2, max_size=60))
def test_no_alert_flaps_within_its_relief(strains: list[float]) -> None:
    told = levels(list(strains))
    for strain, level, before in zip(strains[1:], told[1:], told, strict=False):
        if level is None:
            assert strain < (1.0 if before is None else RULES.relief)
        else:
            assert strain >= (1.0 if before is None else RULES.relief)


# --- the share served in time of late ------------------------------------------------------------------


def answered(at_s: int, waited_s: int) -> ContactConnected:
    return ContactConnected(
        at_us=at_s * SECOND_US,
        contact_id=ContactId("C"),
        queue=SALES,
        tier="gold",
        agent_id=AgentId("ann"),
        offer_id=OfferId("O"),
        waited_us=waited_s * SECOND_US,
        level=1,
    )


def gave_up(at_s: int, waited_s: int) -> ContactAbandoned:
    return ContactAbandoned(
        at_us=at_s * SECOND_US,
        contact_id=ContactId("C"),
        queue=SALES,
        tier="gold",
        stage="queue",
        waited_us=waited_s * SECOND_US,
    )


def test_share_is_of_those_answered_in_time_and_of_all_who_waited() -> None:
    recent = RecentService(900 * SECOND_US)
    for event in (answered(1, 20), answered(2, 21), gave_up(3, 5), gave_up(4, 4)):
        recent.add(event, 20 * SECOND_US)
    assert recent.share(SALES, 5 * SECOND_US, samples_min=3) == 1 / 3
    assert recent.share(SALES, 5 * SECOND_US, samples_min=4) is None


def test_callbacks_are_no_callers_who_waited_long() -> None:
    recent = RecentService(900 * SECOND_US)
    booked = CallbackBooked(
        at_us=0,
        contact_id=ContactId("later"),
        of_contact_id="C",
        number="",
        queue=SALES,
        customer_id="",
        tier="gold",
        language="en",
        queued_us=0,
        entered_us=0,
        head_start_us=0,
        credit_us=0,
        due_us=0,
    )
    for event in (booked, answered(1, 2), replace(answered(600, 600), contact_id=ContactId("later"))):
        recent.add(event, 20 * SECOND_US)
    assert recent.share(SALES, 601 * SECOND_US, samples_min=1) == 1.0


def test_share_forgets_what_is_longer_ago_than_its_window() -> None:
    recent = RecentService(900 * SECOND_US)
    recent.add(answered(0, 60), 20 * SECOND_US)
    recent.add(answered(600, 0), 20 * SECOND_US)
    assert recent.share(SALES, 899 * SECOND_US, 1) == 0.5
    assert recent.share(SALES, 900 * SECOND_US, 1) == 1.0
    assert recent.share(SALES, 1_500 * SECOND_US, 1) is None
