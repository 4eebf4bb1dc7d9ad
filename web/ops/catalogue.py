"""Every metric there is: its name, its kind, its labels, what it tells.

Names follow Prometheus: base units, `_total` on counters. Labels have few values each and never name an agent
(but behind a switch), a number or a call. Counters of calls count from midnight or the start of the day that
the wallboard shows, which Prometheus takes for a counter that was reset; ratios are left to whoever reads.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """How a metric behaves over time, in Prometheus's words."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; `bounds` are the upper ends of a histogram's classes."""

    name: str
    kind: Kind
    tells: str
    labels: tuple[str, ...] = ()
    bounds: tuple[float, ...] = ()


WAIT_BOUNDS_S = (1.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0)
"""Waits: the usual promises lie on an end of a class, so a service level can be read off exactly."""
POP_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
LAG_BOUNDS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)

_C, _G, _H, _S = Kind.COUNTER, Kind.GAUGE, Kind.HISTOGRAM, Kind.SUMMARY
_CALL = ("queue", "tier")


def _metric(
    name: str, kind: Kind, tells: str, labels: tuple[str, ...] = (), bounds: tuple[float, ...] = ()
) -> Metric:
    return Metric(name=f"goldline_{name}", kind=kind, tells=tells, labels=labels, bounds=bounds)


CALLS = (
    _metric("calls_arrived_total", _C, "Calls that came in, and people whom a campaign reached."),
    _metric("calls_left_menu_total", _C, "Calls that hung up before they asked for any queue."),
    _metric("calls_offered_total", _C, "Calls that asked for a queue.", _CALL),
    _metric("calls_answered_total", _C, "Calls that an agent answered.", _CALL),
    _metric("calls_abandoned_total", _C, "Calls that hung up in line; short: within 5 s.", (*_CALL, "short")),
    _metric("calls_blocked_total", _C, "Calls that were hung up on at the door of a queue.", _CALL),
    _metric("calls_elsewhere_total", _C, "Calls that went on from a line, or its door.", _CALL),
    _metric("answer_wait_seconds", _H, "Wait of answered calls, from queueing.", _CALL, WAIT_BOUNDS_S),
    _metric("abandon_wait_seconds", _H, "Wait of calls that hung up in line.", _CALL, WAIT_BOUNDS_S),
    _metric("handle_seconds", _S, "Talk, hold and wrap-up of finished calls.", _CALL),
)
FLOOR = (
    _metric("queue_waiting_calls", _G, "Contacts in line now.", _CALL),
    _metric("queue_longest_wait_seconds", _G, "For how long the first has been waiting.", ("queue",)),
    _metric(
        "queue_agents", _G, "Agents who serve a queue, by what they do; in each queue.", ("queue", "state")
    ),
    _metric("queue_promised_seconds", _G, "The wait that is promised.", ("queue",)),
    _metric("queue_promised_ratio", _G, "For which share of calls it is promised.", ("queue",)),
    _metric("agents", _G, "Agents by what they do.", ("state",)),
    _metric("agent_state", _G, "What an agent does (one of the states is 1).", ("agent", "state")),
)
DIALER = (
    _metric("dialer_calls_total", _C, "Calls of a campaign that are over.", ("campaign", "result")),
    _metric("dialer_in_flight_calls", _G, "Calls of a campaign that are dialed now.", ("campaign",)),
    _metric("dialer_abandon_ratio", _G, "Abandoned of those answered, today.", ("campaign",)),
    _metric("dialer_abandon_cap_ratio", _G, "How near the nearest cap is: 1 is at it.", ("campaign",)),
    _metric("dialer_pacing_level", _G, "Lines that may be dialed for each free agent.", ("campaign",)),
    _metric("dialer_dialing", _G, "Whether it dials (1) or not (0), and why.", ("campaign", "reason")),
)
PBX = (
    _metric("ami_connected", _G, "Whether the state of the Asterisk is known (1) or not (0)."),
    _metric("ami_reconnects_total", _C, "Times a session had to be opened again."),
    _metric("ami_events_total", _C, "Events heard.", ("event",)),
    _metric("ami_dropped_events_total", _C, "Events dropped; after one that mattered all is asked anew."),
    _metric("ami_events_late_seconds", _G, "How late events come at most, by how long a Ping is on its way."),
)
PROGRAM = (
    _metric("build_info", _G, "The version that runs; always 1.", ("version",)),
    _metric("engine_run", _G, "The number of this start of the engine."),
    _metric("engine_inputs_total", _C, "Messages that the engine has handled."),
    _metric("engine_faults_total", _C, "Messages whose handling failed: a fault of ours each."),
    _metric(
        "clock_off_seconds", _G, "How far the machine's clock was set since the start: we go by the old one."
    ),
    _metric("ledger_waiting_events", _G, "Events not yet in the database."),
    _metric("ledger_spool_bytes", _G, "Bytes on the disk that wait for the database."),
    _metric("ledger_spooling", _G, "Whether the database is away (1) or not (0)."),
    _metric("ledger_lost_events_total", _C, "Events that fitted nowhere."),
    _metric("ledger_refused_events_total", _C, "Events that the database will never take."),
    _metric("bus_connected", _G, "Whether the broker is there (1) or not (0)."),
    _metric("bus_connections_total", _C, "Times the broker was reached."),
    _metric("bus_published_total", _C, "Messages that the broker has."),
    _metric("bus_waiting_messages", _G, "Messages that wait for the broker."),
    _metric("bus_lost_messages_total", _C, "Messages dropped because the broker was away for too long."),
    _metric("bus_refused_messages_total", _C, "Messages without a seal, too old, or come twice."),
)
WEB = (
    _metric("event_loop_lag_seconds", _H, "How late the loop came to a timer.", (), LAG_BOUNDS_S),
    _metric("ws_clients", _G, "Screens and programs on the live connection."),
    _metric(
        "screen_pop_latency_seconds", _H, "From the engine's word to the frame on its way.", (), POP_BOUNDS_S
    ),
    _metric("web_link_live", _G, "Whether a web process apart hears the engine (1) or not (0)."),
    _metric("web_link_gaps_total", _C, "Times a web process apart had missed something and read it up."),
)

METRICS = {metric.name: metric for metric in (*CALLS, *FLOOR, *DIALER, *PBX, *PROGRAM, *WEB)}
"""Every metric by its name, in the order in which they are told."""
