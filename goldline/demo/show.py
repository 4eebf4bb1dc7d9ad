"""The live demonstration: the engine, a simulated Asterisk over TCP, people, and the pages to work with.

Everything is as `goldline serve` has it, bytes of AMI and FastAGI included, but for three things: the
Asterisk is the simulator's, the records are in memory, and the morning so far passes in a moment. Every
agent is simulated until somebody sits down at the agent's desk in the browser.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from rich.console import Console, RenderableType
from rich.live import Live

from core.kernel.clock import seconds
from core.model.message import Event
from core.model.requests import AgentRequest
from core.ports import Journal
from crm.history import MemoryHistory
from crm.leads.memory import MemoryLeadStore
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.people_memory import MemoryPeopleStore
from crm.store import StoreSettings
from goldline.board_tables import name_console
from goldline.config import Config
from goldline.demo.board import Board
from goldline.demo.clock import MorningClock
from goldline.demo.people import add_demo_people
from goldline.demo.scenario import show_scenario
from goldline.demo.welcome import open_pages, welcome
from goldline.flows import load_flows
from goldline.harness import open_scenario
from goldline.journal_file import NoJournal
from goldline.list_side import ListStores, memory_list_stores
from goldline.live import LiveCentre
from goldline.logs import set_up_logs
from goldline.simulated_store import crm_record, load_lists
from goldline.stores import Stores, WebStores
from goldline.vitals import ops_of
from goldline.watched import WatchedLedger
from goldline.web_side import follow, house_of, open_web_side
from simulator.ami_server import Account, AmiServer
from simulator.dialplan import DialplanSettings
from simulator.people import Workforce
from simulator.scenario import Scenario
from simulator.world import World, agent_profiles
from web.desk_link import REQUESTS

FRAMES_PER_S = 4
FRAMES_PER_S_IN_A_FILE = 0.2
WIDE = 110
"""Columns of a terminal on which the agents fit beside the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowSettings:
    """Which day is shown, and how fast: `speed` seconds in one, once the first `morning_s` have passed.

    `web_port` is where the pages are, 0 for any that is free.
    """

    seed: int = 7
    speed: float = 1.0
    morning_s: float = 3_600.0
    web_port: int = 8080


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A running demonstration."""

    centre: LiveCentre
    world: World
    board: Board
    ledger: MemoryLedger
    crm: MemoryCrmStore
    clock: MorningClock
    started_us: int
    web_url: str

    def title(self) -> str:
        """Return the heading of the picture."""
        minutes = seconds(self.clock.now_us() - self.started_us) / 60
        return f"Goldline: minute {minutes:.0f} of the day, {self.board.figures.arrived} calls"


async def run_show(settings: ShowSettings, for_s: float, opens_pages: bool) -> None:
    """Show the day for `for_s` seconds of the wall, 0 until Ctrl-C; open its pages if that is wanted.

    Raises `OSError` where the pages' port is taken.
    """
    set_up_logs(level=logging.ERROR)  # lesser lines would tear the picture
    console = name_console() if sys.stdout.isatty() else name_console(WIDE)
    frames_per_s = FRAMES_PER_S if console.is_terminal else FRAMES_PER_S_IN_A_FILE
    async with open_show(settings) as show:
        if opens_pages and console.is_terminal:
            open_pages(show.web_url)
        loop = asyncio.get_running_loop()
        ends = loop.time() + for_s if for_s else float("inf")
        with _screen(console) as draw:
            while loop.time() < ends:
                await asyncio.sleep(1 / frames_per_s)
                wide = console.width >= WIDE
                heading = welcome(show.web_url, show.title(), show.clock.caught_up)
                draw(show.board.draw(show.clock.now_us(), heading, wide))


@contextmanager
def _screen(console: Console) -> Iterator[Callable[[RenderableType], None]]:
    """Give what draws one picture over the other on a terminal, and one below the other elsewhere."""
    if not console.is_terminal:
        yield console.print
        return
    with Live(console=console, auto_refresh=False, screen=True) as live:
        yield lambda picture: live.update(picture, refresh=True)


@asynccontextmanager
async def open_show(
    settings: ShowSettings, journal: Journal | None = None, scenario: Scenario | None = None
) -> AsyncIterator[Show]:
    """Give the demonstration, running: agents logging in, calls arriving; `journal` records it.

    Without a `scenario` it is the bank with its campaign. Raises `OSError` where the pages' port is taken.
    """
    scenario = scenario or show_scenario(settings.morning_s)
    clock = MorningClock(settings.speed, settings.morning_s)
    config = _with_doors(open_scenario(scenario), settings)
    async with AsyncExitStack() as open_things:
        yield await _open(open_things, scenario, config, settings, clock, journal or NoJournal())


async def _open(
    open_things: AsyncExitStack,
    scenario: Scenario,
    config: Config,
    settings: ShowSettings,
    clock: MorningClock,
    journal: Journal,
) -> Show:
    """Put centre, world and pages together and let all begin."""
    agents = agent_profiles(scenario)
    ledger = WatchedLedger()
    crm = MemoryCrmStore(ledger, clock, StoreSettings(region=config.crm.region))
    leads = MemoryLeadStore(clock)
    people = MemoryPeopleStore()
    await add_demo_people(people, agents)
    stores = _in_memory(ledger, crm, leads, people, memory_list_stores(leads, clock, config.crm.region))
    centre = LiveCentre(
        config, load_flows(config, scenario.folder), agents, stores, clock, pace=lambda: clock.pace
    )
    world = World(scenario, settings.seed, centre.runner, centre.runner.receive)
    await crm.save_customers([crm_record(found, config.crm.region) for found in world.customers])
    board = Board(centre.brain, agents, config)
    ledger.watch(board.add)
    server = _asterisk(world, config)
    await server.start(config.pbx.host, config.pbx.port)
    open_things.push_async_callback(server.stop)
    centre.front.heed(_seats(world.desk))
    house = house_of(config, agents, centre.brain.campaigns)
    following = follow(house, centre.front, clock, (stores.run, 0))
    await centre.start(journal, world.desk)
    open_things.push_async_callback(centre.close)
    world.start()
    load_lists(world, leads, centre.runner.receive)
    ops = ops_of(centre, stores, following, config.metrics)
    web_side = open_web_side(config, house, centre.front, following, clock, stores.web, ops)
    port = await open_things.enter_async_context(web_side)
    return Show(
        centre=centre,
        world=world,
        board=board,
        ledger=ledger,
        crm=crm,
        clock=clock,
        started_us=clock.now_us(),
        web_url=f"http://{config.web.host}:{port}",
    )


def _in_memory(
    ledger: MemoryLedger,
    crm: MemoryCrmStore,
    leads: MemoryLeadStore,
    people: MemoryPeopleStore,
    lists: ListStores,
) -> Stores:
    """Return the stores of a first run of which nothing is kept."""
    asked = WebStores(
        people=people,
        customers=crm,
        open_contacts=ledger.open_contacts,
        history=MemoryHistory(ledger),
        lists=lists,
    )
    return Stores(run=1, crm=crm, leads=leads, ledger=ledger, web=asked)


def _asterisk(world: World, config: Config) -> AmiServer:
    """Return the simulated Asterisk, which reaches the engine for its callers."""
    pbx = config.pbx
    accounts = {
        pbx.username: Account(secret=pbx.secret.get_secret_value()),
        pbx.phones_username: Account(secret=pbx.phones_secret.get_secret_value()),
    }
    url = f"agi://{config.agi.host}:{config.agi.port}/{config.agi.token.get_secret_value()}/caller"
    return AmiServer(world.exchange, accounts, DialplanSettings(engine_url=url))


def _seats(workforce: Workforce) -> Callable[[Event], None]:
    """Return what lets the person at a desk take the simulated agent's place with the first wish.

    What a page tells by itself is none, nor is what a supervisor wants of the agent.
    """

    def hear(request: Event) -> None:
        is_wish = type(request).__name__ in REQUESTS
        if is_wish and isinstance(request, AgentRequest) and not request.asked_by:
            workforce.hand_over(request.agent_id)

    return hear


def _with_doors(config: Config, settings: ShowSettings) -> Config:
    """Return `config` with ports that are free now on this machine, and secrets of this run."""
    ami_port, agi_port, web_port = _free_ports(3)
    pbx = config.pbx.model_copy(update={"port": ami_port, "secret": _secret(), "phones_secret": _secret()})
    agi = config.agi.model_copy(update={"port": agi_port, "token": _secret()})
    web = config.web.model_copy(update={"port": settings.web_port or web_port})
    return config.model_copy(update={"pbx": pbx, "agi": agi, "web": web})


def _secret() -> SecretStr:
    return SecretStr(secrets.token_urlsafe(24))  # det-ok: must not be guessable


def _free_ports(count: int) -> list[int]:
    """Return `count` different ports that nobody on loopback listens on."""
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(listener.getsockname()[1]) for listener in listeners]
