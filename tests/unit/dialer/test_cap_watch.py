"""How a campaign stands with its caps is told while it dials, as often as somebody can read it."""

from __future__ import annotations

from core.model.campaign_events import CapsStood
from dialer.cap_watch import LOOK_EVERY_US
from dialer.packs import law_of
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

BOB = lead("bob", "+12125550101")
LOOK_S = LOOK_EVERY_US // 1_000_000


def begun(**changes: object) -> CampaignFloor:
    floor = CampaignFloor(("ann",), [BOB], **changes)  # type: ignore[arg-type]
    floor.ready("ann")
    floor.start()
    return floor


def test_standing_is_told_at_the_start_and_again_when_somebody_was_abandoned() -> None:
    floor = begun(law=law_of(["house"]))
    floor.let_pass(1)
    [first] = floor.events(CapsStood)
    assert first.campaign == floor.rules.name
    assert {(cap.answered, cap.abandoned) for cap in first.caps} == {(0, 0)}
    floor.picks_up("bob")
    floor.let_pass(LOOK_S)
    told = floor.events(CapsStood)
    assert len(told) == 2
    counted = {(cap.answered, cap.abandoned) for cap in told[-1].caps}
    assert counted == {(1, 1)}, "no agent took the call in time"


def test_what_has_not_changed_is_not_told_again() -> None:
    floor = begun(law=law_of(["house"]))
    floor.let_pass(6 * LOOK_S)
    assert len(floor.events(CapsStood)) == 1
