"""Two arms of a campaign: what its leads see, what agents read."""

from __future__ import annotations

from core.model.commands import PopScreen, RingLeg
from core.model.lead_orders import SettleLead
from dialer.parting import Arm, Parting
from tests.unit.dialer.campaign_floor import CampaignFloor, lead

ARMS = Parting(
    arms=(
        Arm(name="old", script="Good day"),
        Arm(name="new", shown_number="+12125550888", script="Hello there"),
    )
)
PEOPLE = [lead(f"p{n}", f"+121255501{n:02d}") for n in range(8)]


def test_an_arm_has_its_own_number_and_its_own_script() -> None:
    floor = CampaignFloor(("ann",), PEOPLE, parting=ARMS, shown_number="+12125550777")
    floor.ready("ann")
    floor.start()
    seen: dict[str, tuple[str, str]] = {}
    for person in PEOPLE:
        rung = [order for order in floor.orders(RingLeg) if "@trunk" in order.address][-1]
        leg_id = floor.picks_up(person.name)
        shown = floor.orders(PopScreen)[-1].lead
        assert shown is not None
        floor.talks("ann", person.name)
        floor.hang_up(leg_id)
        floor.fire("wrap_up", "ann")
        record = floor.orders(SettleLead)[-1].record
        seen[record.arm] = (record.caller_id, shown.script)
        assert rung.caller_number == record.caller_id
    assert seen == {"old": ("+12125550777", "Good day"), "new": ("+12125550888", "Hello there")}
