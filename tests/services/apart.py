"""Engine and web side apart: the engine with a simulated Asterisk over TCP here, `goldline serve --role web`
in a process of its own, SQLite in a folder, and a real broker between the two.

Chidi and Dora are simulated agents; Anna's desk is worked by the test through the web process, and only her
phone is simulated. Nobody calls unless told to.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from core.model.ids import AgentId
from core.model.person import Person
from goldline.app import configured_agents
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.journal_file import NoJournal
from goldline.live import LiveCentre
from goldline.simulated_store import crm_record
from goldline.stores import open_stores
from goldline.vitals import ops_of
from goldline.wall_clock import WallClock
from goldline.web_side import follow, house_of, open_ops_side
from simulator.ami_server import Account, AmiServer
from simulator.call import Origin
from simulator.dialplan import DialplanSettings
from simulator.scenario import read_scenario
from simulator.trace import Arrival
from simulator.world import World
from tests.services.bus_ends import until
from tests.services.mosquitto import Mosquitto
from tests.services.ports import LOOPBACK, free_tcp_port
from tests.services.sites import PASSWORD_HASH
from tests.services.web_centre import FILES, SCENARIO, TALK_US
from tests.services.web_process import WebProcess

TOKEN = "shared by engine and web in tests"
SECRET = "of the simulated manager"
ANNA = AgentId("anna")
_STAFF = {"anna": ("Anna", "PJSIP/1001"), "chidi": ("Chidi", "PJSIP/1003"), "dora": ("Dora", "PJSIP/1004")}
_CONFIGURATION = """\
include = ["centre.toml"]

[crm]
url = "sqlite:///{folder}/goldline.sqlite3"
spool = "{folder}/goldline.spool"

[pbx]
port = {ami_port}
secret = "{secret}"

[agi]
port = {agi_port}
token = "token-of-dialogues"

[desk]
port = {desk_port}

[web]
port = {web_port}
allowed_origins = ["{origin}"]

[metrics]
port = {metrics_port}

[bus]
url = "{broker}"
token = "{token}"

[audit]
folder = "{folder}/audit"
"""


class Apart:
    """What the engine tells, in `events`, and the world it works in."""

    def __init__(self, folder: Path, world: World) -> None:
        self.world = world
        self.events: list[Any] = []
        self.folder = folder
        self._origin = Origin(world.scenario.arrivals[0], 0, world.seed)

    def call(self, customer: int) -> None:
        """Let a gold customer call, who talks until somebody hangs up."""
        arrival = Arrival(at_us=0, customers="gold", customer=customer, talk_us=TALK_US)
        self.world.callers.call(self._origin, arrival)

    def pick_up(self) -> bool:
        """Pick up Anna's phone, if it rings."""
        exchange = self.world.exchange
        for channel in list(exchange.channels.values()):
            if channel.address == _STAFF[ANNA][1] and channel.on_pick_up is not None:
                exchange.pick_up(channel)
                return True
        return False

    def told(self, kind: type) -> list[Any]:
        """Return the events of the class that the engine has told."""
        return [event for event in self.events if isinstance(event, kind)]


@asynccontextmanager
async def engine_apart(
    folder: Path, broker: Mosquitto, origin: str = "http://crm.example"
) -> AsyncIterator[tuple[Apart, WebProcess]]:
    """Give the engine, at work, and the web process, not started yet; pages of `origin` may ask."""
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    path, web_port = folder / "goldline.toml", free_tcp_port()
    ports = {f"{name}_port": free_tcp_port() for name in ("ami", "agi", "desk", "metrics")}
    text = _CONFIGURATION.format(
        folder=folder,
        broker=broker.url,
        token=TOKEN,
        secret=SECRET,
        web_port=web_port,
        origin=origin,
        **ports,
    )
    path.write_text(text + "".join(_agent(name, shown) for name, (shown, _) in _STAFF.items()))
    config, clock = load_config(path), WallClock()
    staff = [
        {"id": name, "name": shown, "extension": phone, "skills": {"cards": 5}}
        for name, (shown, phone) in _STAFF.items()
    ]
    scenario = read_scenario(SCENARIO | {"agents": staff}, folder / "scenario.toml")
    agents = configured_agents(config)
    async with AsyncExitStack() as stack:
        web = WebProcess(path, web_port)
        stores = await stack.enter_async_context(open_stores(config, clock))
        person = Person(
            login=ANNA, name="Anna", roles=("agent", "supervisor"), password_hash=PASSWORD_HASH, agent_id=ANNA
        )
        await stores.web.people.add_person(person)
        centre = LiveCentre(config, load_flows(config, folder), agents, stores, clock, folder=folder)
        world = World(scenario, 7, centre.runner, centre.runner.receive)
        await stores.crm.save_customers([crm_record(found, config.crm.region) for found in world.customers])  # type: ignore[attr-defined]
        apart = Apart(folder, world)
        centre.front.listen(_Ears(apart))
        asterisk = AmiServer(
            world.exchange,
            {config.pbx.username: Account(secret=SECRET)},
            DialplanSettings(engine_url=f"agi://{LOOPBACK}:{config.agi.port}/token-of-dialogues/caller"),
        )
        await asterisk.start(LOOPBACK, config.pbx.port)
        stack.push_async_callback(asterisk.stop)
        house = house_of(config, agents, centre.brain.campaigns)
        following = follow(house, centre.front, clock, (stores.run, 0))
        for bus in centre.buses:
            bus.publish(following.live, house)
        await centre.start(NoJournal(), world.desk)
        stack.push_async_callback(centre.close)
        world.desk.hand_over(ANNA)
        world.start()
        ops = ops_of(centre, stores, following, config.metrics)
        await stack.enter_async_context(
            open_ops_side(config, house, centre.front, following, clock, stores.web, ops)
        )
        await until(lambda: centre.pbx.vitals().is_up)
        stack.callback(web.kill)
        yield apart, web


class _Ears:
    """Keeps what the engine tells."""

    def __init__(self, apart: Apart) -> None:
        self._apart = apart

    def add(self, event: Any) -> None:
        self._apart.events.append(event)

    def show(self, command: Any) -> None:
        pass


def _agent(name: str, shown: str) -> str:
    return f'\n[agents.{name}]\nname = "{shown}"\nskills = {{ cards = 5 }}\n'
