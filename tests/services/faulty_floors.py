"""A telephone system on which faults strike, behind its port, on a loop in virtual time.

`DirectFloor` is the simulated Asterisk with nothing but faults in between, `WireFloor` the adapter on its AMI
server. Both pass time only when asked to.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from random import Random

from core.kernel.clock import SECOND_US
from core.model.commands import PbxCommand, RingLeg
from core.model.events import DialogueOpened, LegEvent
from core.model.ids import LegId
from core.model.message import Event
from core.ports import Pbx
from cti.agi.server import AgiSettings
from cti.ami.link import AmiSettings
from cti.asterisk.adapter import AsteriskPbx, AsteriskSettings
from simulator.ami_input import Action
from simulator.ami_server import Account, AmiServer, AmiSession
from simulator.channel import Channel
from simulator.dialplan import DialplanSettings
from simulator.faults import FaultPlan, Slip
from simulator.faulty_pbx import FaultyPbx
from simulator.faulty_wire import FaultyAmiServer, FaultyNetwork
from simulator.pbx import Exchange
from simulator.phones import PhoneBook, Reach, always
from simulator.virtual_loop import LoopTime

SECRET = "only-for-this-test"
PHONE, UNREGISTERED = "PJSIP/1001", "PJSIP/1009"
AGENT_LEG = LegId("L-1-000001")
WITHIN_S = 5
"""Whatever was lost, the port tells the truth again after so long."""


class Floor:
    """An exchange with two phones, behind its port, and all that the port told."""

    pbx: Pbx

    def __init__(self, slips: Iterable[Slip]) -> None:
        plan = FaultPlan(slips, seed=1)
        self.agi = AgiSettings(token=SECRET)
        self.loop = FaultyNetwork(plan, self.agi.port)
        phones = PhoneBook()
        phones.add(PHONE, always(Reach.ANSWER, SECOND_US))
        phones.add(UNREGISTERED, always(Reach.UNREGISTERED))
        self.exchange = Exchange(LoopTime(self.loop), phones)
        self.plan = plan
        self.told: list[Event] = []

    def pass_s(self, seconds: float) -> None:
        self.loop.run_until(self.loop.now_us() + round(seconds * SECOND_US))

    def give(self, command: PbxCommand) -> None:
        self.loop.call_soon(self.pbx.execute, command)

    def caller(self) -> Channel:
        """Let somebody call who is in a dialogue with us soon after."""
        self.loop.call_soon(partial(self.exchange.call_in, caller_number="+15550123", dialed_number="8000"))
        self.pass_s(1)
        (channel,) = self.exchange.channels.values()
        assert DialogueOpened in self.about(channel.uniqueid)
        return channel

    def about(self, leg_id: str) -> list[type[Event]]:
        return [type(event) for event in self.told if isinstance(event, LegEvent) and event.leg_id == leg_id]

    def ring(self, address: str, caller: Channel) -> None:
        leg_id = LegId(caller.uniqueid)
        self.give(RingLeg(leg_id=AGENT_LEG, address=address, bridge_with=leg_id, ring_timeout_us=20_000_000))


class DirectFloor(Floor):
    def open(self) -> None:
        pbx = FaultyPbx(self.exchange, self.told.append, self.plan, until_us=0)
        pbx.start()
        self.pbx = pbx

    def close(self) -> None:
        self.loop.close()


class OrdersStruck(FaultyAmiServer):
    """An AMI server on which faults strike ringing and hanging up, and no other action."""

    def carry_out(self, action: Action, session: AmiSession, may: frozenset[str]) -> None:
        if action.name in ("hangup", "originate"):
            super().carry_out(action, session, may)
        else:
            AmiServer.carry_out(self, action, session, may)


class WireFloor(Floor):
    def open(self) -> None:
        url = f"agi://{self.agi.host}:{self.agi.port}/{self.agi.path}"
        accounts = {"goldline": Account(secret=SECRET)}
        self.server = OrdersStruck(self.exchange, accounts, DialplanSettings(engine_url=url), self.plan)
        ami = AmiSettings(username="goldline", secret=SECRET)
        settings = AsteriskSettings(ami=ami, agi=self.agi)
        self.pbx = self.adapter = AsteriskPbx(settings, self.told.append, self.loop, Random(1))
        self.loop.run_until_complete(self.server.start(port=ami.port))
        self.loop.run_until_complete(self.adapter.start())
        self.pass_s(1)

    def close(self) -> None:
        self.loop.run_until_complete(self.adapter.close())
        self.loop.run_until_complete(self.server.stop())
        self.loop.close()
