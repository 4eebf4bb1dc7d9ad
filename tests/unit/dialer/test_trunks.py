"""Trunks: order and failover, calls per second, lines, rests, and campaigns that compete."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from core.kernel.clock import SECOND_US
from core.model.ids import LegId
from dialer.back_off import BackOffRules
from dialer.trunks import TrunkRules, Trunks, TrunkUse, Way

START_US = 1_000 * SECOND_US
PARIS = "+33155500001"


class Exchange:
    """Trunks with a clock, on which campaigns dial until they get no line."""

    def __init__(self, *rules: TrunkRules, **uses: TrunkUse) -> None:
        everything = TrunkUse(trunks=tuple(each.name for each in rules))
        self.trunks = Trunks(rules, uses or {"winter": everything})
        self.now_us = START_US
        self._legs = (LegId(f"L-{number}") for number in count(1))

    def dial(self, campaign: str = "winter", country: str = "FR", **wishes: Any) -> tuple[LegId, Way | None]:
        leg_id = next(self._legs)
        return leg_id, self.trunks.take(leg_id, campaign, PARIS, country, self.now_us, **wishes)

    def dial_all(self, campaign: str = "winter", **wishes: Any) -> list[str]:
        """Dial until there is no line; return the trunks that carried the calls."""
        carried: list[str] = []
        while (way := self.dial(campaign, **wishes)[1]) is not None:
            carried.append(way.trunk)
        return carried

    def wait(self, s: float) -> None:
        self.now_us += round(s * SECOND_US)


AT_ONCE = BackOffRules(failures_max=1, first_us=5 * SECOND_US)
"""A rest of five seconds after the first refusal."""


def trunk(name: str = "east", **rules: Any) -> TrunkRules:
    return TrunkRules(name=name, **({"calls_per_second": 200.0, "lines_max": 3, "back_off": AT_ONCE} | rules))


def test_number_is_dialed_as_the_trunk_wants_it() -> None:
    rules = trunk(address="PJSIP/{number}@east", strip="+", prefix="00")
    assert rules.address_of(PARIS) == "PJSIP/0033155500001@east"


def test_no_more_calls_a_second_than_the_trunk_takes() -> None:
    exchange = Exchange(trunk(calls_per_second=5, lines_max=100))
    assert len(exchange.dial_all()) == 5
    exchange.wait(0.4)
    assert len(exchange.dial_all()) == 2


def test_line_is_in_use_until_its_leg_has_ended() -> None:
    exchange = Exchange(trunk(lines_max=1))
    leg_id, _ = exchange.dial()
    assert exchange.dial()[1] is None
    exchange.trunks.ended(leg_id)
    assert exchange.dial()[1] is not None


def test_leg_of_an_earlier_run_holds_its_line() -> None:
    exchange = Exchange(trunk(lines_max=1))
    exchange.trunks.adopt(LegId("L-old"), "winter", "east")
    assert exchange.dial()[1] is None
    exchange.trunks.ended(LegId("L-old"))
    assert exchange.dial()[1] is not None


def test_what_the_first_trunk_has_no_line_for_goes_over_the_next() -> None:
    exchange = Exchange(trunk("east", lines_max=2), trunk("west", lines_max=1))
    assert exchange.trunks.room("winter", 10, START_US) == 3
    assert exchange.dial_all() == ["east", "east", "west"]


def test_trunk_that_does_not_serve_the_country_is_passed_over() -> None:
    exchange = Exchange(trunk("home", countries=("US", "CA")), trunk("abroad"))
    assert exchange.dial(country="FR")[1] == Way(trunk="abroad", address="PJSIP/+33155500001@trunk")
    assert exchange.dial(country="CA")[1] == Way(trunk="home", address="PJSIP/+33155500001@trunk")


def test_refused_call_finds_another_trunk_and_the_refusing_one_rests_longer_each_time() -> None:
    exchange = Exchange(trunk("east", lines_max=9), trunk("west"))
    for rest_s in (5, 10, 20):
        leg_id, _ = exchange.dial()
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
        exchange.trunks.ended(leg_id)
        again = exchange.dial(besides=("east",))[1]
        assert again is not None
        assert again.trunk == "west"
        exchange.wait(rest_s - 0.1)
        assert exchange.trunks.room("winter", 9, exchange.now_us) < 4
        exchange.wait(0.2)


def test_refusals_of_calls_that_were_under_way_do_not_lengthen_the_rest() -> None:
    exchange = Exchange(trunk(lines_max=9))
    for _ in range(5):
        exchange.dial()
    for _ in range(5):
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
    exchange.wait(5)
    assert exchange.dial()[1] is not None


def test_trunk_rests_only_when_it_refuses_several_calls_in_a_row() -> None:
    exchange = Exchange(trunk(back_off=BackOffRules(failures_max=3), lines_max=9))
    for _ in range(5):
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
        exchange.trunks.carried("east", exchange.now_us)
        assert exchange.dial()[1] is not None
    for _ in range(3):
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
    assert exchange.dial()[1] is None


def test_trunk_that_carries_again_has_its_refusals_forgotten() -> None:
    exchange = Exchange(trunk(lines_max=9))
    for _ in range(2):
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
        exchange.wait(5)
        exchange.trunks.carried("east", exchange.now_us)
    assert exchange.dial()[1] is not None


def test_no_rest_is_longer_than_the_longest() -> None:
    exchange = Exchange(trunk(back_off=replace(AT_ONCE, longest_us=7 * SECOND_US), lines_max=99))
    for _ in range(40):
        leg_id, way = exchange.dial()
        assert way is not None
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
        exchange.trunks.ended(leg_id)
        exchange.wait(7)


def test_lines_kept_for_agents_are_theirs() -> None:
    exchange = Exchange(trunk(lines_max=5, lines_kept=2))
    assert len(exchange.dial_all()) == 3
    assert len(exchange.dial_all(by_agent=True)) == 2


SHARED = {"winter": TrunkUse(trunks=("east",), share=1), "spring": TrunkUse(trunks=("east",), share=3)}


def test_campaign_alone_has_all_lines_whatever_its_share() -> None:
    exchange = Exchange(trunk(lines_max=40), **SHARED)
    assert len(exchange.dial_all("winter")) == 40


def test_lines_that_come_free_go_to_the_campaign_that_has_fewer_for_its_share() -> None:
    exchange = Exchange(trunk(lines_max=40), **SHARED)
    winter = [exchange.dial("winter")[0] for _ in range(40)]
    spring: list[LegId] = []
    for leg_id in winter[:35]:
        exchange.trunks.ended(leg_id)
        for campaign in ("winter", "spring"):
            leg, way = exchange.dial(campaign)
            if way is not None and campaign == "spring":
                spring.append(leg)
    assert 28 <= len(spring) <= 31


def test_campaign_that_wants_no_more_keeps_nobody_from_lines() -> None:
    exchange = Exchange(trunk(lines_max=4), **SHARED)
    legs = [exchange.dial("winter")[0] for _ in range(4)]
    assert exchange.dial("spring")[1] is None
    exchange.trunks.ended(legs[0])
    assert exchange.dial("winter")[1] is None
    exchange.wait(3)
    assert exchange.dial("winter")[1] is not None


def test_campaign_that_could_have_used_more_is_waited_for() -> None:
    exchange = Exchange(trunk(lines_max=4), **SHARED)
    winter = [exchange.dial("winter")[0] for _ in range(3)]
    assert exchange.trunks.room("spring", 2, exchange.now_us) == 1
    assert exchange.trunks.room("winter", 1, exchange.now_us) == 0
    exchange.trunks.ended(winter[0])
    assert exchange.trunks.room("spring", 9, exchange.now_us) == 2


def test_only_digits_and_the_plus_of_a_number_are_dialed() -> None:
    assert trunk(address="PJSIP/{number}@east").address_of("+1 (555)&PJSIP/9@x") == "PJSIP/+15559@east"


# --- a trunk that is down -----------------------------------------------------------------------------


def test_trunk_that_rested_is_tried_with_one_call_before_it_gets_another() -> None:
    exchange = Exchange(trunk(lines_max=9))
    exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
    exchange.wait(6)
    assert len(exchange.dial_all()) == 1
    assert exchange.trunks.room("winter", 9, exchange.now_us) == 0
    exchange.trunks.carried("east", exchange.now_us)
    assert len(exchange.dial_all()) == 8


def test_call_lost_on_trial_makes_room_for_another() -> None:
    exchange = Exchange(trunk(lines_max=9))
    exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
    exchange.wait(6)
    leg_id, _ = exchange.dial()
    exchange.trunks.ended(leg_id)
    assert len(exchange.dial_all()) == 1


def test_talk_that_ends_while_a_trunk_is_down_does_not_make_it_carry_again() -> None:
    exchange = Exchange(trunk(lines_max=9))
    before_us = exchange.now_us - 60 * SECOND_US
    for rest_s in (5, 10, 20):
        exchange.trunks.refused("east", exchange.now_us, exchange.now_us)
        exchange.trunks.carried("east", before_us)
        exchange.wait(rest_s - 0.1)
        assert exchange.dial()[1] is None
        exchange.wait(0.2)


def test_campaign_is_told_that_its_trunks_fail_when_all_of_them_do() -> None:
    exchange = Exchange(trunk("east"), trunk("west"))
    for name, all_fail in (("east", False), ("west", True)):
        exchange.trunks.refused(name, exchange.now_us, exchange.now_us)
        assert exchange.trunks.are_failing("winter") is all_fail
