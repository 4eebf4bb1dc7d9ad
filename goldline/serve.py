"""`goldline serve`: a live centre until somebody interrupts it."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import sys
from pathlib import Path

import structlog

from crm.ledger_pages import read_end
from goldline.app import configured_agents, configured_campaigns
from goldline.bus_side import open_web_bus
from goldline.config import Config, load_config
from goldline.flows import load_flows
from goldline.garbage import prefer_latency
from goldline.journal_file import FileJournal
from goldline.journal_head import head_of_run
from goldline.live import LiveCentre, open_journal
from goldline.logs import set_up_logs
from goldline.roles import ServeRole
from goldline.rules_check import check_config_rules
from goldline.secrets_check import check_secrets
from goldline.stores import join_database, open_stores, web_stores
from goldline.systemd import served_by_systemd
from goldline.vitals import ops_of, ops_of_web, watch_clock
from goldline.wall_clock import WallClock
from goldline.web_side import follow, house_of, open_ops_side, open_web_side

log = structlog.get_logger()

SWITCH_INTERVAL_S = 0.0005
"""How long a thread may keep another from Python's lock."""


async def run_server(path: Path, role: ServeRole = ServeRole.ALL, port: int | None = None) -> None:
    """Serve the part `role` of the centre that is configured at `path`; pages at `port`, if given.

    Raises `ConfigError` before anything is opened where the configuration is wrong, or where a web process
    finds no database of its version; `OSError` where a port or the database cannot be had.
    """
    config = load_config(path)
    if port is not None:
        config = config.model_copy(update={"web": config.web.model_copy(update={"port": port})})
    set_up_logs(config.log.show_personal)
    take_files()
    for warning in check_secrets(config, path):
        log.warning("secrets", where=warning.where, what=warning.what, advice=warning.advice)
    if role is ServeRole.WEB:
        await _serve_web(config, path.parent)
    else:
        await _serve_engine(config, path, with_pages=role is ServeRole.ALL)
    log.info("stopped")


async def _serve_engine(config: Config, path: Path, *, with_pages: bool) -> None:
    flows = load_flows(config, path.parent)
    clock = WallClock()
    agents = configured_agents(config)
    for warning in check_config_rules(config, flows, agents, path):
        log.warning("rules", where=warning.where, what=warning.what, advice=warning.advice)
    async with open_stores(config, clock) as stores:
        centre = LiveCentre(config, flows, agents, stores, clock, folder=path.parent)
        house = house_of(config, agents, centre.brain.campaigns)
        following = follow(house, centre.front, clock, (stores.run, 0))
        for bus in centre.buses:
            bus.publish(following.live, house)
        journal = open_journal(head_of_run(config, path.parent, agents, stores.run))
        await centre.start(journal)
        _prefer_latency()
        ops = ops_of(centre, stores, following, config.metrics)
        watch_clock(ops, clock)
        if isinstance(journal, FileJournal):
            ops.readiness.wish("journal", journal.trouble)
        open_side = open_web_side if with_pages else open_ops_side
        async with open_side(config, house, centre.front, following, clock, stores.web, ops) as port:
            log.info(
                "serving",
                run=stores.run,
                pbx=config.pbx.name,
                agi=config.agi.port,
                desks=config.desk.port,
                web=port,
            )
            with served_by_systemd():
                await interrupted()
            log.info("stopping: talks go on, waiting callers keep their places")
        await centre.close()


async def _serve_web(config: Config, folder: Path) -> None:
    """Serve the web side alone, fed by the bus."""
    clock = WallClock()
    house = house_of(
        config, configured_agents(config), configured_campaigns(config, load_flows(config, folder))
    )
    async with join_database(config) as database:
        place = await read_end(database)
        async with open_web_bus(config, folder, database, clock, place) as bus:
            following = follow(house, bus.front, clock, place)
            stores, ops = web_stores(config, database, clock), ops_of_web(bus, following, config.metrics)
            web_side = open_web_side(config, house, bus.front, following, clock, stores, ops)
            async with web_side as port:
                log.info("serving", web=port, bus=config.bus.url)
                with served_by_systemd():
                    await interrupted()


def take_files() -> None:
    """Take as many files as the system lets us have: each caller who waits and each screen is one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(OSError, ValueError):  # the system knows better
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _prefer_latency() -> None:
    """Make a turn's latency steady; measured by `benchmarks.connect_latency`.

    The database driver works in a thread of its own: five milliseconds, Python's default, are longer than
    a whole connection takes.
    """
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    prefer_latency()


async def interrupted() -> None:
    """Return when the process is asked to end; who asks once more ends it at once, whatever is unwritten."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows has no signals on the loop
            loop.add_signal_handler(name, asked.set)
    await asked.wait()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.remove_signal_handler(name)
        signal.signal(name, signal.SIG_DFL)
