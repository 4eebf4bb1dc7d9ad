"""Write Grafana's dashboard, Prometheus's rules and the table of metrics from the catalogue of metrics.

python -m scripts.write_dashboards [--check]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scripts.monitoring_panels import Panel, Row, rows
from scripts.monitoring_rules import ALERTS, RECORDED, Alert
from scripts.tree import ROOT
from web.ops.catalogue import METRICS

DASHBOARD = ROOT / "contrib" / "grafana" / "goldline.json"
RECORDING = ROOT / "contrib" / "prometheus" / "rules.yml"
ALERTING = ROOT / "contrib" / "prometheus" / "alerts.yml"
TABLE = ROOT / "docs" / "metrics.md"
WRITTEN = "Written by `make docs` from the catalogue of metrics; change that."
WIDTH, HEIGHT, ACROSS = 6, 7, 4
"""Of a panel in Grafana's grid of 24 columns, and how many stand side by side."""


def dashboard() -> dict[str, Any]:
    """Return the dashboard as Grafana imports it."""
    return {
        "__inputs": [
            {"name": "DS", "label": "Prometheus", "type": "datasource", "pluginId": "prometheus"},
        ],
        "title": "Goldline",
        "uid": "goldline",
        "description": WRITTEN,
        "tags": ["goldline"],
        "schemaVersion": 39,
        "timezone": "browser",
        "refresh": "30s",
        "time": {"from": "now-12h", "to": "now"},
        "templating": {"list": [_queues()]},
        "panels": list(_panels()),
    }


def _queues() -> dict[str, Any]:
    query = "label_values(goldline_queue_promised_seconds, queue)"
    return {
        "name": "queue",
        "label": "Queue",
        "type": "query",
        "datasource": _SOURCE,
        "query": {"query": query, "refId": "queues"},
        "definition": query,
        "includeAll": True,
        "multi": True,
        "allValue": ".*",
        "current": {"text": "All", "value": "$__all"},
        "refresh": 2,
    }


_SOURCE = {"type": "prometheus", "uid": "${DS}"}


def _panels() -> Iterator[dict[str, Any]]:
    """Yield headings and panels, each with its place on the grid."""
    number, top = 0, 0
    for row in rows():
        number += 1
        yield _heading(row, number, top)
        for place, panel in enumerate(row.panels):
            number += 1
            down, across = divmod(place, ACROSS)
            yield _plot(panel, number, {"x": across * WIDTH, "y": top + 1 + down * HEIGHT})
        top += 1 + HEIGHT * (1 + (len(row.panels) - 1) // ACROSS)


def _heading(row: Row, number: int, top: int) -> dict[str, Any]:
    place = {"x": 0, "y": top, "w": WIDTH * ACROSS, "h": 1}
    return {
        "type": "row",
        "id": number,
        "title": row.title,
        "collapsed": False,
        "gridPos": place,
        "panels": [],
    }


def _plot(panel: Panel, number: int, place: Mapping[str, int]) -> dict[str, Any]:
    targets = [
        {"refId": chr(ord("A") + at), "expr": expr, "legendFormat": legend, "datasource": _SOURCE}
        for at, (legend, expr) in enumerate(panel.series)
    ]
    return {
        "type": "timeseries",
        "id": number,
        "title": panel.title,
        "description": panel.tells,
        "datasource": _SOURCE,
        "gridPos": {**place, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "options": {"legend": {"displayMode": "list", "placement": "bottom"}},
        "targets": targets,
    }


def recording_rules() -> dict[str, Any]:
    """Return the file of series that are worked out beforehand."""
    rules = [{"record": rule.record, "expr": rule.expr} for rule in RECORDED]
    return {"groups": [{"name": "goldline", "interval": "30s", "rules": rules}]}


def alerting_rules() -> dict[str, Any]:
    """Return the file of alerts."""
    return {"groups": [{"name": "goldline-alerts", "rules": [_alert(alert) for alert in ALERTS]}]}


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "alert": alert.name,
        "expr": alert.expr,
        "for": alert.lasts,
        "labels": {"severity": alert.severity},
        "annotations": {"summary": alert.summary, "description": alert.advice},
    }


def yaml(tree: Any, indent: str = "") -> str:
    """Return plain dictionaries, lists and texts as YAML; every text is quoted, as JSON quotes it."""
    lines = []
    if isinstance(tree, dict):
        for key, value in tree.items():
            lines.append(f"{indent}{key}:{_value(value, indent + '  ')}")
    else:
        for value in tree:
            lines.append(f"{indent}-{_value(value, indent + '  ')[len(indent) + 2 :]}")
    return "\n".join(lines)


def _value(value: Any, indent: str) -> str:
    if isinstance(value, str):
        return f" {json.dumps(value)}"
    return "\n" + yaml(value, indent)


def table() -> str:
    """Return the page of metrics."""
    lines = [f"| `{m.name}` | {m.kind} | {', '.join(m.labels)} | {m.tells} |" for m in METRICS.values()]
    text = TABLE.read_text() if TABLE.exists() else ""
    above = text.partition(MARK)[0]
    head = "| metric | kind | labels | what it tells |\n|---|---|---|---|\n"
    return above + MARK + "\n" + head + "\n".join(lines) + "\n"


MARK = "<!-- From here on the page is written by `make docs`. -->\n"


def files() -> dict[Path, str]:
    """Return what every generated file has to say."""
    return {
        DASHBOARD: json.dumps(dashboard(), indent=2) + "\n",
        RECORDING: f"# {WRITTEN}\n{yaml(recording_rules())}\n",
        ALERTING: f"# {WRITTEN}\n{yaml(alerting_rules())}\n",
        TABLE: table(),
    }


def main() -> int:
    """Write the files, or tell which are out of date; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="Write nothing, fail where something differs.")
    checks = parser.parse_args().check
    wrong = {file: text for file, text in files().items() if not file.exists() or file.read_text() != text}
    for file, text in wrong.items():
        print(f"{file.relative_to(ROOT)}: {'out of date: run make docs' if checks else 'written'}")
        if not checks:
            file.write_text(text)
    return 1 if checks and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
