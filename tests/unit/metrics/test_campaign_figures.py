"""Campaigns in figures: what attempts came to, and the share of answered people who found nobody."""

from __future__ import annotations

from core.kernel.clock import SECOND_US
from core.model.attempt import AttemptRecord, AttemptState
from core.model.attempt_events import AttemptEnded
from metrics.campaigns import Campaigns, campaign_summary
from metrics.frame import Frame
from metrics.ratio import Ratio

FRAME = Frame(duration_s=600.0, warm_up_s=60.0, interval_s=60.0)
BUSY_SHARE = Ratio(30.0, 60.0)


def ended(
    outcome: AttemptState, dialed_s: int = 100, talk_s: int | None = None, campaign: str = "winter"
) -> AttemptEnded:
    dialed_us = dialed_s * SECOND_US
    connected_us = None if talk_s is None else dialed_us + 12 * SECOND_US
    ended_us = dialed_us + (25 if talk_s is None else 12 + talk_s) * SECOND_US
    record = AttemptRecord(
        attempt_id=f"A-{dialed_s}",
        person_id="P-1",
        number="+12025550101",
        country="US",
        zones=("UTC",),
        mode="predictive",
        dialed_us=dialed_us,
        connected_us=connected_us,
        ended_us=ended_us,
        outcome=outcome,
    )
    return AttemptEnded(at_us=ended_us, campaign=campaign, lead_id="1", outcome=outcome, record=record)


def summary(*events: AttemptEnded, names: tuple[str, ...] = ("winter",)) -> dict[str, dict[str, object]]:
    campaigns = Campaigns(FRAME)
    for event in events:
        campaigns.add(event)
    return dict(campaign_summary(campaigns, names, BUSY_SHARE))


def test_abandoned_are_a_share_of_those_whom_a_person_answered() -> None:
    winter = summary(
        *(ended(AttemptState.CONNECTED, talk_s=talk_s) for talk_s in (60, 90, 150)),
        ended(AttemptState.DROPPED),
        *(ended(AttemptState.NO_ANSWER) for _ in range(5)),
        ended(AttemptState.MACHINE),
    )["winter"]
    assert (winter["attempts"], winter["answered"], winter["abandoned"]) == (10, 4, 1)
    assert winter["abandoned_share"] == Ratio(1, 4)
    assert winter["reached_share"] == Ratio(4, 10)
    assert winter["mean_talk_s"] == Ratio(300.0, 3)
    assert winter["utilisation"] is BUSY_SHARE


def test_who_was_dialed_in_the_warm_up_is_left_out() -> None:
    winter = summary(ended(AttemptState.BUSY, dialed_s=59), ended(AttemptState.BUSY, dialed_s=60))["winter"]
    assert winter["outcomes"] == {
        "connected": 0,
        "dropped": 0,
        "machine": 0,
        "busy": 1,
        "no_answer": 0,
        "failed": 0,
    }


def test_campaigns_are_told_apart_and_one_that_dialed_nobody_is_told_too() -> None:
    told = summary(ended(AttemptState.BUSY, campaign="debts"), names=("winter", "debts"))
    assert {name: figures["attempts"] for name, figures in told.items()} == {"winter": 0, "debts": 1}
