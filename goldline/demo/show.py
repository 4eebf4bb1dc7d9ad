"""The live demonstration: the engine, a simulated Asterisk over TCP, and people, pictured in the terminal.

Everything is as `goldline serve` has it, bytes of AMI and FastAGI included, but for three things: the
Asterisk is the simulator's, the customers' records are in memory, and the clock may run fast.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from rich.console import Console, RenderableType
from rich.live import Live

from core.kernel.clock import seconds
from core.ports import Journal
from crm.leads.memory import MemoryLeadStore
from crm.memory import MemoryCrmStore, MemoryLedger
from crm.store import StoreSettings
from goldline.config import Config
from goldline.demo.board import Board
from goldline.demo.day import DEMO_SCENARIO
from goldline.flows import load_flows
from goldline.harness import open_scenario
from goldline.journal_file import NoJournal
from goldline.live import LiveCentre, Stores
from goldline.logs import set_up_logs
from goldline.simulated_store import crm_record
from goldline.wall_clock import WallClock
from goldline.watched import WatchedLedger
from simulator.ami_server import Account, AmiServer
from simulator.dialplan import DialplanSettings
from simulator.scenario import Scenario, load_scenario
from simulator.world import World, agent_profiles

FRAMES_PER_S = 4
FRAMES_PER_S_IN_A_FILE = 0.2
WIDE = 110
"""Columns of a terminal on which the agents fit beside the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A running demonstration."""

    centre: LiveCentre
    world: World
    board: Board
    ledger: MemoryLedger
    clock: WallClock
    started_us: int

    def title(self) -> str:
        """Return the heading of the picture."""
        minutes = seconds(self.clock.now_us() - self.started_us) / 60
        return f"Goldline: minute {minutes:.0f} of the day, {self.board.figures.arrived} calls"


async def run_show(seed: int, speed: float, for_s: float) -> None:
    """Show the day of `seed`, `speed` seconds in one, for `for_s` seconds of the wall; 0 is until Ctrl-C."""
    set_up_logs(level=logging.ERROR)  # lesser lines would tear the picture
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    frames_per_s = FRAMES_PER_S if console.is_terminal else FRAMES_PER_S_IN_A_FILE
    async with open_show(seed, speed) as show:
        loop = asyncio.get_running_loop()
        ends = loop.time() + for_s if for_s else float("inf")
        with _screen(console) as draw:
            while loop.time() < ends:
                await asyncio.sleep(1 / frames_per_s)
                wide = console.width >= WIDE
                draw(show.board.draw(show.clock.now_us(), show.title(), wide))


@contextmanager
def _screen(console: Console) -> Iterator[Callable[[RenderableType], None]]:
    """Give what draws one picture over the other on a terminal, and one below the other elsewhere."""
    if not console.is_terminal:
        yield console.print
        return
    with Live(console=console, auto_refresh=False, screen=True) as live:
        yield lambda picture: live.update(picture, refresh=True)


@asynccontextmanager
async def open_show(seed: int, speed: float, journal: Journal | None = None) -> AsyncIterator[Show]:
    """Give the demonstration, running: agents logging in, calls arriving; `journal` records it."""
    scenario = load_scenario(DEMO_SCENARIO)
    clock = WallClock(speed)
    show, server = await _open(scenario, seed, clock, speed, journal or NoJournal())
    try:
        yield show
    finally:
        await show.centre.close()
        await server.stop()


async def _open(
    scenario: Scenario, seed: int, clock: WallClock, speed: float, journal: Journal
) -> tuple[Show, AmiServer]:
    """Put centre and world together and let both begin."""
    manager_secret = secrets.token_urlsafe(24)  # det-ok: must not be guessable
    agi_token = secrets.token_urlsafe(24)  # det-ok: as above
    config = _with_doors(open_scenario(scenario), manager_secret, agi_token)
    agents = agent_profiles(scenario)
    ledger = WatchedLedger()
    store = MemoryCrmStore(ledger, clock, StoreSettings(region=config.crm.region))
    stores = Stores(run=1, crm=store, leads=MemoryLeadStore(clock), ledger=ledger)
    flows = load_flows(config, scenario.folder)
    centre = LiveCentre(config, flows, agents, stores, clock, speed=speed)
    world = World(scenario, seed, centre.runner, centre.runner.receive)
    await store.save_customers([crm_record(found, config.crm.region) for found in world.customers])
    board = Board(centre.brain, agents, config)
    engine_url = f"agi://{config.agi.host}:{config.agi.port}/{agi_token}/caller"
    account = Account(secret=manager_secret)
    server = AmiServer(
        world.exchange, {config.pbx.username: account}, DialplanSettings(engine_url=engine_url)
    )
    await server.start(config.pbx.host, config.pbx.port)
    ledger.watch(board.add)
    await centre.start(journal, world.desk)
    world.start()
    show = Show(
        centre=centre,
        world=world,
        board=board,
        ledger=ledger,
        clock=clock,
        started_us=clock.now_us(),
    )
    return show, server


def _with_doors(config: Config, manager_secret: str, agi_token: str) -> Config:
    """Return `config` with ports that are free now on this machine, and secrets of this run."""
    ami_port, agi_port = _free_ports(2)
    pbx = config.pbx.model_copy(update={"port": ami_port, "secret": SecretStr(manager_secret)})
    agi = config.agi.model_copy(update={"port": agi_port, "token": SecretStr(agi_token)})
    return config.model_copy(update={"pbx": pbx, "agi": agi})


def _free_ports(count: int) -> list[int]:
    """Return `count` different ports that nobody on loopback listens on."""
    with ExitStack() as held:
        listeners = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(listener.getsockname()[1]) for listener in listeners]
