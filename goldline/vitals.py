"""How the engine and its edges do, as metrics and as what is missing to be ready."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from core.kernel.clock import SECOND_US, seconds
from crm.ledger import SqlLedger
from goldline import __version__
from goldline.bus_side import EngineBus, WebBus
from goldline.config_metrics import MetricsSection, monitors_of
from goldline.live import LiveCentre
from goldline.stores import Stores
from goldline.wall_clock import WallClock
from web.live.following import Following
from web.live.live import Live
from web.ops.calls import CallReadings
from web.ops.floor import FloorReadings
from web.ops.loop_lag import LoopLag
from web.ops.ops import Ops
from web.ops.readings import Reading, distribution_of

if TYPE_CHECKING:
    from web.bus.link import BrokerLink

CLOCK_OFF_MAX_US = 2 * SECOND_US
"""More than a leap second, and nobody's calling hours."""


def ops_of(centre: LiveCentre, stores: Stores, following: Following, section: MetricsSection) -> Ops:
    """Return what operators may ask of the engine's process; the loop, which MUST run, is measured too."""
    ops, lag = Ops(monitors=monitors_of(section)), LoopLag()
    ops.exposition.read(CallReadings(lambda: following.floor.today.day.figures))
    ops.exposition.read(FloorReadings(following.live, by_agent=section.by_agent))
    _watch_screens(ops, following.live)
    ops.exposition.read(partial(_engine, centre, stores.run))
    ops.exposition.read(lag)
    ops.readiness.require("pbx", partial(_pbx_missing, centre))
    if isinstance(stores.ledger, SqlLedger):
        ops.exposition.read(partial(_ledger, stores.ledger))
        ops.readiness.require("database", partial(_database_missing, stores.ledger))
    for bus in centre.buses:
        ops.exposition.read(partial(_bus, bus))
        ops.readiness.wish("bus", partial(_bus_missing, bus))
    lag.start()
    return ops


def watch_clock(ops: Ops, clock: WallClock) -> None:
    """Let operators know where the machine's clock was set since `clock` was read off it."""

    def off() -> Iterator[Reading]:
        yield Reading("goldline_clock_off_seconds", seconds(clock.off_us()))

    ops.exposition.read(off)
    ops.readiness.wish("clock", partial(_clock_set, clock))


def _clock_set(clock: WallClock) -> str:
    off_us = clock.off_us()
    if abs(off_us) < CLOCK_OFF_MAX_US:
        return ""
    return f"the machine's clock was set by {seconds(off_us):+.1f} s since the start: start anew to go by it"


def ops_of_web(bus: WebBus, following: Following, section: MetricsSection) -> Ops:
    """Return what operators may ask of a web process apart; the loop, which MUST run, is measured too."""
    ops, lag = Ops(monitors=monitors_of(section)), LoopLag()
    ops.exposition.read(lag)
    ops.exposition.read(partial(_web_bus, bus))
    _watch_screens(ops, following.live)
    ops.readiness.require("engine", partial(_engine_missing, bus))
    lag.start()
    return ops


def _watch_screens(ops: Ops, live: Live) -> None:
    pops = distribution_of("goldline_screen_pop_latency_seconds")
    live.on_pop = pops.add

    def screens() -> Iterator[Reading]:
        yield Reading("goldline_ws_clients", live.followers)
        yield Reading("goldline_screen_pop_latency_seconds", pops)

    ops.exposition.read(screens)


def _engine(centre: LiveCentre, run: int) -> Iterator[Reading]:
    yield Reading("goldline_build_info", 1, (__version__,))
    yield Reading("goldline_engine_run", run)
    yield Reading("goldline_engine_inputs_total", centre.runner.inputs)
    yield Reading("goldline_engine_faults_total", centre.runner.faults)
    vitals = centre.pbx.vitals()
    yield Reading("goldline_ami_connected", vitals.is_up)
    yield Reading("goldline_ami_reconnects_total", vitals.reconnects)
    yield Reading("goldline_ami_dropped_events_total", vitals.dropped)
    yield Reading("goldline_ami_events_late_seconds", seconds(vitals.late_us))
    for name, count in sorted(vitals.heard.items()):
        yield Reading("goldline_ami_events_total", count, (name,))


def _pbx_missing(centre: LiveCentre) -> str:
    return centre.pbx.vitals().trouble


def _ledger(ledger: SqlLedger) -> Iterator[Reading]:
    yield Reading("goldline_ledger_waiting_events", ledger.waiting)
    yield Reading("goldline_ledger_spool_bytes", ledger.spooled_bytes)
    yield Reading("goldline_ledger_spooling", ledger.spooling.is_set())
    yield Reading("goldline_ledger_lost_events_total", ledger.lost)
    yield Reading("goldline_ledger_refused_events_total", ledger.refused)


def _database_missing(ledger: SqlLedger) -> str:
    if ledger.stuck:
        return f"neither it nor the disk of the spool takes events: {ledger.waiting} wait in memory"
    return "events are spooled to the disk" if ledger.spooling.is_set() else ""


def _bus(bus: EngineBus) -> Iterator[Reading]:
    yield from _link(bus.link)
    yield Reading("goldline_bus_refused_messages_total", bus.end.refused)


def _web_bus(bus: WebBus) -> Iterator[Reading]:
    yield Reading("goldline_build_info", 1, (__version__,))
    yield from _link(bus.link)
    yield Reading("goldline_web_link_live", bus.end.live.is_set())
    yield Reading("goldline_web_link_gaps_total", bus.end.gaps)


def _link(link: BrokerLink) -> Iterator[Reading]:
    yield Reading("goldline_bus_connected", link.is_up)
    yield Reading("goldline_bus_connections_total", link.connections)
    yield Reading("goldline_bus_published_total", link.published)
    yield Reading("goldline_bus_waiting_messages", len(link.outbox))
    yield Reading("goldline_bus_lost_messages_total", link.outbox.lost)


def _bus_missing(bus: EngineBus | WebBus) -> str:
    return "" if bus.link.is_up else bus.link.trouble or "the broker was not reached yet"


def _engine_missing(bus: WebBus) -> str:
    return _bus_missing(bus) or ("" if bus.end.live.is_set() else f"the link is {bus.end.state}")
