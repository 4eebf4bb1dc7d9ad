"""What the dashboard shows: the headlines by hand, then a panel for every metric of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from web.ops import catalogue
from web.ops.catalogue import Kind, Metric

INTERVAL = "$__rate_interval"
"""What Grafana puts in place of this fits the scrapes and the width of the screen."""
QUEUE = 'queue=~"$queue"'
UNITS = {"_seconds": "s", "_bytes": "bytes", "_ratio": "percentunit"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot: its series as (legend, expression)."""

    title: str
    tells: str
    unit: str
    series: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


HEADLINES = Row(
    "Promises",
    (
        Panel(
            "Service level",
            "Share of answered and abandoned calls that were answered within 20 s.",
            "percentunit",
            (("{{queue}}", f"queue:goldline_service_level:ratio{{{QUEUE}}}"),),
        ),
        Panel(
            "Service level by tier",
            "The same by tier: gold is promised more.",
            "percentunit",
            (("{{queue}} {{tier}}", f"queue_tier:goldline_service_level:ratio{{{QUEUE}}}"),),
        ),
        Panel(
            "Wait, 95th percentile",
            "How long nearly everybody waits at most.",
            "s",
            (("{{queue}} {{tier}}", f"queue_tier:goldline_answer_wait_seconds:p95{{{QUEUE}}}"),),
        ),
        Panel(
            "Agents busy",
            "Of agents at work, those with a contact.",
            "percentunit",
            (("busy", "goldline_agents_busy:ratio"),),
        ),
    ),
)


def rows() -> Iterator[Row]:
    """Yield all rows of the dashboard."""
    yield HEADLINES
    for title, metrics in (
        ("Calls", catalogue.CALLS),
        ("Floor", catalogue.FLOOR),
        ("Campaigns", catalogue.DIALER),
        ("Asterisk", catalogue.PBX),
        ("Engine, ledger and bus", catalogue.PROGRAM),
        ("Web", catalogue.WEB),
    ):
        yield Row(title, tuple(_panel(metric) for metric in metrics))


def _panel(metric: Metric) -> Panel:
    title = metric.name.removeprefix("goldline_").removesuffix("_total").replace("_", " ")
    unit = next((unit for ending, unit in UNITS.items() if metric.name.endswith(ending)), "short")
    legend = " ".join(f"{{{{{label}}}}}" for label in metric.labels) or title
    return Panel(title, metric.tells, unit, ((legend, _expression(metric)),))


def _expression(metric: Metric) -> str:
    """Return how a metric of its kind is looked at: counters by the minute, waits by their percentile."""
    by = f" by ({', '.join(metric.labels)})" if metric.labels else ""
    series = f"{metric.name}{{{QUEUE}}}" if "queue" in metric.labels else metric.name
    match metric.kind:
        case Kind.COUNTER:
            return f"60 * sum{by} (rate({series}[{INTERVAL}]))"
        case Kind.GAUGE:
            return f"max{by} ({series})"
        case Kind.HISTOGRAM:
            ends = ", ".join(("le", *metric.labels))
            buckets = series.replace(metric.name, f"{metric.name}_bucket", 1)
            return f"histogram_quantile(0.95, sum by ({ends}) (rate({buckets}[{INTERVAL}])))"
        case Kind.SUMMARY:
            total, count = (series.replace(metric.name, f"{metric.name}{of}", 1) for of in ("_sum", "_count"))
            return f"sum{by} (rate({total}[{INTERVAL}])) / sum{by} (rate({count}[{INTERVAL}]))"
