"""A small day of the simulated world, in which the test itself is the engine."""

from __future__ import annotations

from typing import Any

from core.kernel.clock import microseconds
from core.model.agent import AgentState
from core.model.commands import AnswerLeg, CollectDigits, PlayMusic, PopScreen, RingLeg, ShowAgentState
from core.model.ids import AgentId, ContactId, LegId, OfferId
from core.model.message import Event
from core.model.prompts import Sound
from simulator.call import Origin
from simulator.channel import Channel
from simulator.demand import ArrivalsEntry
from simulator.scenario import Scenario, read_scenario
from simulator.trace import Arrival
from simulator.world import World

ANN = AgentId("ann")


def scenario(**changes: Any) -> Scenario:
    fixed = {"kind": "constant"}
    table = {
        "schema": 1,
        "engine_config": "goldline.toml",
        "duration_s": 600,
        "arrivals": [],
        "customers": [{"weight": 1, "tier": "gold", "count": 5}],
        "journeys": [{"keys": ["{account}#", "2"]}],
        "callers": {"patience": fixed | {"value_s": 60}, "thinking": fixed | {"value_s": 1}},
        "workforce": {"answers": fixed | {"value_s": 2}},
        "service": [
            {
                "tier": "gold",
                "talk": fixed | {"value_s": 100},
                "wrap_up": fixed | {"value_s": 10},
                "disposition": "sold",
            },
            {"talk": fixed | {"value_s": 50}, "wrap_up": fixed | {"value_s": 5}},
        ],
        "agents": [{"id": "ann", "extension": "PJSIP/1001"}],
    }
    return read_scenario(table | changes)


class Day:
    """A world in virtual time; the test itself is the engine."""

    def __init__(self, stage: Any, seed: int = 7, **changes: Any) -> None:
        self.time = type(stage.time)()
        self.told: list[Event] = []
        self.world = World(scenario(**changes), seed, self.time, self._hear)
        self._origin = Origin(ArrivalsEntry(dialed_number="800"), 99, seed)
        self.pbx = self.world.pbx
        self.pbx.start()
        self.world.start()

    def _hear(self, event: Event) -> None:
        self.told.append(event)

    def take(self, kind: type[Event]) -> list[Any]:
        """Return and forget what was told of `kind`."""
        taken = [event for event in self.told if isinstance(event, kind)]
        self.told = [event for event in self.told if not isinstance(event, kind)]
        return taken

    def dial(self, **given: Any) -> Channel | None:
        """Let the next caller call; None where all lines are busy."""
        return self.world.callers.call(self._origin, Arrival(self.time.now_us(), **given))

    def call(self, **given: Any) -> LegId:
        """Let the next caller call, and answer."""
        channel = self.dial(**given)
        assert channel is not None
        leg_id = LegId(channel.uniqueid)
        self.pbx.execute(AnswerLeg(leg_id=leg_id, step="answer"))
        return leg_id

    def hold(self, leg_id: LegId) -> None:
        """Let the caller hear music."""
        self.pbx.execute(PlayMusic(leg_id=leg_id, step="music", music="default"))

    def collect(self, leg_id: LegId, step: str, digits_max: int = 10) -> None:
        self.pbx.execute(
            CollectDigits(
                leg_id=leg_id,
                step=step,
                prompt=(Sound("menu"),),
                language="en",
                digits_max=digits_max,
                terminators="#",
                first_timeout_us=microseconds(5),
                next_timeout_us=microseconds(3),
            )
        )

    def show(self, state: AgentState, reason: str = "") -> None:
        self.world.desk.show(
            ShowAgentState(agent_id=ANN, state=state, reason=reason, since_us=self.time.now_us(), legal=())
        )

    def pop(self, tier: str) -> None:
        self.world.desk.show(
            PopScreen(
                agent_id=ANN,
                offer_id=OfferId("O"),
                contact_id=ContactId("C"),
                caller_number="",
                customer=None,
                tier=tier,
                queue="sales",
                choices=(),
                waited_us=0,
                language="en",
            )
        )

    def ring(self, leg_id: LegId) -> None:
        self.pbx.execute(
            RingLeg(
                leg_id=LegId("agent-leg"),
                address="PJSIP/1001",
                bridge_with=leg_id,
                ring_timeout_us=microseconds(15),
            )
        )
