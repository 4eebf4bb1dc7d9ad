"""What everybody pays for each contact: a feature that nobody has asked for hears of next to nothing.

Speed itself is measured in `benchmarks.speed`. What made the engine half as fast once, without anybody
noticing, was one more handler here and there, and that can be counted.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from types import FrameType

from core.kernel.bus import Bus
from core.model.events import InteractionRecorded
from core.model.message import DomainEvent
from goldline.harness import SimulatedDay, open_scenario
from scripts.tree import ROOT
from simulator.scenario import load_scenario

HANDLED_PER_CONTACT = 120
"""Deliveries to a handler for a call of a plain queue, from its arrival to the end of the wrap-up, with its
agent's part: 117 of them now. Whoever needs more says here what for; whoever needs less lowers it."""


class Deliveries:
    """Counts the handlers that the bus calls, and the contacts that come to an end."""

    def __init__(self) -> None:
        self.count = self.contacts = 0

    def look(self, frame: FrameType, what: str, _: object) -> None:
        """Take note of a call of Python code: a profile function of the interpreter."""
        if what == "call" and frame.f_back is not None and frame.f_back.f_code is Bus.drain.__code__:
            self.count += 1

    def hear(self, event: DomainEvent) -> None:
        """Count a contact that is over."""
        self.contacts += isinstance(event, InteractionRecorded)


def test_a_call_of_a_plain_queue_is_the_business_of_few() -> None:
    scenario = load_scenario(ROOT / "examples" / "theory" / "erlang-a.toml")
    scenario = replace(scenario, duration_s=900.0, warm_up_s=0.0)
    seen = Deliveries()
    day = SimulatedDay(scenario, open_scenario(scenario), 3, watchers=[seen.hear], checked=False)
    sys.setprofile(seen.look)
    try:
        day.run()
    finally:
        sys.setprofile(None)
    assert seen.contacts > 100
    assert seen.count / seen.contacts <= HANDLED_PER_CONTACT
