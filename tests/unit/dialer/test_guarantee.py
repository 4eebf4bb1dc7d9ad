"""How a campaign stands with its caps, what that lets it dial, and what it knows after a restart."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from core.engine import Engine
from core.kernel.clock import SECOND_US
from core.model.campaign_events import CampaignChanged
from core.model.events import TimerFired
from core.model.lead_orders import AttemptsCounted, CountAttempts, CountedMinute
from core.model.message import Event
from dialer.allowance import REST_US, STRIKES_MAX, Allowance, Stance
from dialer.campaign import CampaignRules, Mode
from dialer.guarantee import EVERY_US, LATEST_US, Guarantee
from dialer.law import DAY_US
from dialer.packs import law_of
from dialer.shares import upper_bound
from dialer.windows import MINUTE_US
from tests.unit.dialer.campaign_floor import NOON_US, WINTER

PREDICTIVE = replace(WINTER, mode=Mode.PREDICTIVE)
SPRING = replace(WINTER, name="spring")


def known(rules: CampaignRules = WINTER) -> Allowance:
    """A campaign that never dialed before."""
    allowance = Allowance(rules)
    allowance.is_known = True
    return allowance


def count(
    allowance: Allowance, answered: int, abandoned: int, at_us: int = NOON_US, country: str = "US"
) -> None:
    for _ in range(answered):
        allowance.answered(country, at_us, at_us)
    for _ in range(abandoned):
        allowance.abandoned(country, at_us, at_us)


def figures(allowance: Allowance, at_us: int = NOON_US) -> list[tuple[str, str, int, int]]:
    return [
        (each.window, each.drop_group, each.answered, each.abandoned) for each in allowance.standings(at_us)
    ]


# --- stances ---------------------------------------------------------------------------------------------


def test_nobody_is_dialed_before_earlier_calls_are_counted() -> None:
    allowance = Allowance(WINTER)
    assert (allowance.stance(NOON_US), allowance.room(5, 5, NOON_US)) == (Stance.UNKNOWN, 0)


@pytest.mark.parametrize(
    ("answered", "abandoned", "stance"),
    [
        (30, 3, Stance.STEERED),  # too few to speak of a share
        (100, 2, Stance.STEERED),
        (100, 3, Stance.ONE_TO_ONE),  # one more of a hundred would pass three per cent
        (1_000, 29, Stance.STEERED),
        (1_000, 30, Stance.ONE_TO_ONE),
    ],
)
def test_one_to_one_before_a_cap_is_passed(answered: int, abandoned: int, stance: Stance) -> None:
    allowance = known()
    count(allowance, answered, abandoned)
    assert allowance.stance(NOON_US) is stance


def test_predictive_dialing_is_one_to_one_once_a_cap_is_passed() -> None:
    allowance = known(PREDICTIVE)
    count(allowance, 100, 3)
    assert allowance.stance(NOON_US) is Stance.STEERED
    count(allowance, 0, 1)
    assert allowance.stance(NOON_US) is Stance.ONE_TO_ONE


@pytest.mark.parametrize(("spare", "room"), [(0, 0), (2, 2), (-3, 0), (50, 7)])
def test_one_to_one_dials_for_idle_agents_alone(spare: int, room: int) -> None:
    allowance = known()
    count(allowance, 100, 3)
    assert allowance.room(7, spare, NOON_US) == room


def test_people_who_are_answered_lead_back() -> None:
    allowance = known()
    count(allowance, 100, 3)
    assert allowance.stance(NOON_US) is Stance.ONE_TO_ONE
    count(allowance, 40, 0)
    assert allowance.stance(NOON_US) is Stance.STEERED


def test_dialing_rests_where_people_are_abandoned_though_each_has_an_agent() -> None:
    allowance = known()
    count(allowance, 100, 3)
    assert allowance.stance(NOON_US) is Stance.ONE_TO_ONE
    count(allowance, STRIKES_MAX, STRIKES_MAX, NOON_US + SECOND_US)
    assert allowance.stance(NOON_US + SECOND_US) is Stance.ONE_TO_ONE
    count(allowance, 1, 1, NOON_US + 2 * SECOND_US)
    rests_until_us = NOON_US + 2 * SECOND_US + REST_US
    assert allowance.stance(rests_until_us - 1) is Stance.RESTING
    assert allowance.room(9, 9, rests_until_us - 1) == 0
    assert allowance.stance(rests_until_us) is Stance.ONE_TO_ONE


def test_calls_dialed_before_one_to_one_are_no_sign_that_something_is_broken() -> None:
    allowance = known()
    count(allowance, 100, 3)
    assert allowance.stance(NOON_US) is Stance.ONE_TO_ONE
    count(allowance, 9, 9, NOON_US - SECOND_US)
    assert allowance.stance(NOON_US) is Stance.ONE_TO_ONE


# --- windows, countries and groups --------------------------------------------------------------------------


def test_each_cap_has_its_window() -> None:
    allowance = known(replace(WINTER, law=law_of(["house", "us-ftc", "ca-crtc", "uk-ofcom"])))
    count(allowance, 10, 1, NOON_US - 3 * DAY_US)
    count(allowance, 5, 0)
    assert figures(allowance) == [
        ("day", "", 5, 0),
        ("rolling_30_days", "", 15, 1),
        ("calendar_month", "", 0, 0),
        ("rolling_24_hours", "", 0, 0),
    ], "the calls were to the United States"


def test_calls_to_a_country_that_nobody_knows_are_under_every_cap() -> None:
    allowance = known(replace(WINTER, law=law_of(["us-ftc", "uk-ofcom"])))
    count(allowance, 4, 1, country="")
    assert [each[2:] for each in figures(allowance)] == [(4, 1), (4, 1)]


def test_strictest_cap_decides_how_bold() -> None:
    mild, strict = known(PREDICTIVE), known(replace(PREDICTIVE, law=law_of(["house", "uk-ofcom"])))
    for allowance in (mild, strict):
        count(allowance, 400, 4, country="GB")
    assert strict.boldness(NOON_US) < mild.boldness(NOON_US)


def test_day_begins_at_midnight_of_the_campaign() -> None:
    tokyo = known(replace(WINTER, zone=ZoneInfo("Asia/Tokyo")))
    count(tokyo, 9, 1)  # at one in the morning there
    midnight_us = NOON_US + 23 * 3_600 * SECOND_US
    assert figures(tokyo, midnight_us - 1) == [("day", "", 9, 1)]
    assert figures(tokyo, midnight_us) == [("day", "", 0, 0)]


def test_people_taken_for_machines_count_as_abandoned() -> None:
    allowance = known()
    count(allowance, 95, 1)
    for _ in range(100):
        allowance.machine("US", NOON_US, NOON_US)
    allowance.misjudged_ppm = 50_000
    (standing,) = allowance.standings(NOON_US)
    assert (standing.answered, standing.abandoned, standing.misjudged) == (95, 1, 5)
    assert (standing.share_ppm, standing.cap_ppm) == (60_000, 30_000)


def test_share_stands_beside_what_it_may_be() -> None:
    allowance = known()
    assert allowance.standings(NOON_US)[0].upper_ppm == 1_000_000
    count(allowance, 100, 4)
    assert allowance.standings(NOON_US)[0].upper_ppm == 98_371


@pytest.mark.parametrize(("events", "trials", "below"), [(0, 10, 0.2775), (3, 100, 0.0845), (10, 10, 1.0)])
def test_upper_bound_is_that_of_wilson(events: int, trials: int, below: float) -> None:
    assert upper_bound(events, trials) == pytest.approx(below, abs=5e-5)


# --- the store of attempts ----------------------------------------------------------------------------------


class Office:
    """The guarantee alone on an engine; `before` is what the store knows of other runs and engines."""

    def __init__(self, *campaigns: CampaignRules) -> None:
        self.engine = Engine()
        self.guarantee = Guarantee(self.engine, {each.name: each for each in campaigns}, "A-9-")
        self.before: dict[str, list[CountedMinute]] = {}
        self.questions: list[CountAttempts] = []

    def begins(self, campaign: str) -> None:
        self.hear(CampaignChanged(at_us=NOON_US, campaign=campaign, state="dialing"))

    def timer(self, campaign: str, at_us: int) -> None:
        self.hear(TimerFired(at_us=at_us, key=("count attempts", campaign)))

    def hear(self, event: Event) -> None:
        """Note what the store is asked; where it knows the campaign, it answers."""
        commands = self.engine.handle(event)
        asked = [command for command in commands if isinstance(command, CountAttempts)]
        self.questions += asked
        for question in asked:
            if question.campaign in self.before:
                self.hear(self._answer(question, event.at_us))

    def _answer(self, question: CountAttempts, now_us: int) -> AttemptsCounted:
        return AttemptsCounted(
            at_us=now_us,
            campaign=question.campaign,
            from_us=question.from_us,
            until_us=question.until_us,
            minutes=tuple(
                each
                for each in self.before[question.campaign]
                if question.from_us <= each.minute * MINUTE_US < question.until_us
            ),
        )


def minute(ago: int, answered: int, abandoned: int) -> CountedMinute:
    return CountedMinute(
        minute=NOON_US // MINUTE_US - ago, country="US", answered=answered, abandoned=abandoned
    )


def test_what_was_dialed_before_the_restart_counts() -> None:
    office = Office(WINTER)
    office.before["winter"] = [minute(29 * 1_440, 300, 0), minute(60, 80, 1), minute(2, 20, 2)]
    office.begins("winter")
    assert office.questions[0].apart_from == "A-9-", "we count our own calls ourselves"
    assert office.questions[0].from_us == NOON_US - 32 * DAY_US
    assert {question.until_us - question.from_us for question in office.questions} == {DAY_US}
    assert office.questions[-1].until_us > NOON_US
    allowance = office.guarantee.of("winter")
    assert allowance.stance(NOON_US) is Stance.ONE_TO_ONE
    assert figures(allowance) == [("day", "", 100, 3)]


def test_what_another_engine_dials_counts_within_the_minute_and_once() -> None:
    office = Office(WINTER)
    office.before["winter"] = [minute(300, 50, 1), minute(2, 10, 0)]
    office.begins("winter")
    count(office.guarantee.of("winter"), 5, 1)
    office.before["winter"] = [minute(300, 50, 1), minute(2, 12, 1)]
    office.timer("winter", NOON_US + EVERY_US)
    assert office.questions[-1].from_us == NOON_US + EVERY_US - LATEST_US
    assert figures(office.guarantee.of("winter")) == [("day", "", 50 + 12 + 5, 1 + 1 + 1)]


def test_store_is_asked_the_same_again_until_it_answers() -> None:
    office = Office(WINTER)
    office.begins("winter")
    office.timer("winter", NOON_US + 5 * SECOND_US)
    first, again = office.questions
    assert first == again
    assert office.guarantee.of("winter").stance(NOON_US) is Stance.UNKNOWN


def test_campaigns_of_one_drop_group_count_together() -> None:
    together = [replace(rules, drop_group="sales") for rules in (WINTER, SPRING)]
    office = Office(*together, replace(WINTER, name="other"))
    office.before["winter"] = []
    office.begins("winter")
    assert {question.campaign for question in office.questions} == {"winter", "spring"}
    winter, spring = office.guarantee.of("winter"), office.guarantee.of("spring")
    assert winter.stance(NOON_US) is Stance.UNKNOWN, "what the other one dialed is not known yet"
    office.before["spring"] = [minute(5, 90, 3)]
    office.timer("spring", NOON_US)
    count(winter, 10, 0)
    assert figures(winter) == [("day", "", 10, 0), ("day", "sales", 100, 3)]
    assert (winter.stance(NOON_US), spring.stance(NOON_US)) == (Stance.ONE_TO_ONE, Stance.ONE_TO_ONE)
    assert figures(office.guarantee.of("other")) == [("day", "", 0, 0)]
