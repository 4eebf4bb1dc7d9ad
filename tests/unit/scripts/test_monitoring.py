"""Rules and dashboard: promtool takes every expression, and each metric of the catalogue is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts.monitoring_panels import INTERVAL
from scripts.monitoring_rules import ALERTS, RECORDED
from scripts.write_dashboards import ALERTING, DASHBOARD, RECORDING, files, yaml
from tests.services.promtool import (
    complaints_about_configuration,
    complaints_about_rules,
    failed_rule_tests,
    why_no_promtool,
)
from web.ops.catalogue import METRICS

NAME = re.compile(r"goldline_[a-z_0-9]+")
PARTS = ("_bucket", "_sum", "_count")
RECORDED_NAMES = {rule.record for rule in RECORDED}


@pytest.fixture(autouse=True)
def promtool() -> None:
    if missing := why_no_promtool():
        pytest.skip(missing)


def expressions() -> Iterator[str]:
    """Yield what the dashboard asks, with values where Grafana puts them."""
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        for target in panel.get("targets", ()):
            yield target["expr"].replace(INTERVAL, "5m").replace("$queue", ".*")


def metrics_in(expression: str) -> Iterator[str]:
    """Yield the metrics of the catalogue that an expression asks for."""
    for record in RECORDED_NAMES:
        expression = expression.replace(record, "")
    for name in NAME.findall(expression):
        bare = next((name.removesuffix(part) for part in PARTS if name.endswith(part)), name)
        yield name if name in METRICS else bare


def test_files_are_as_the_catalogue_has_them() -> None:
    assert [str(file) for file, text in files().items() if file.read_text() != text] == []


@pytest.mark.parametrize("file", [RECORDING, ALERTING])
def test_promtool_takes_the_rules(file: Path) -> None:
    assert complaints_about_rules(file) == ""


def test_promtool_takes_the_configuration_to_begin_with() -> None:
    configuration = ALERTING.with_name("prometheus.yml")
    assert complaints_about_configuration(configuration) == ""
    assert {ALERTING.name, RECORDING.name} <= set(re.findall(r"\w+\.yml", configuration.read_text()))


def test_promtool_takes_every_expression_of_the_dashboard(tmp_path: Path) -> None:
    rules = [{"record": f"panel:{number}", "expr": each} for number, each in enumerate(expressions())]
    assert len(rules) > len(METRICS)
    file = tmp_path / "dashboard.yml"
    file.write_text(yaml({"groups": [{"name": "dashboard", "rules": rules}]}) + "\n")
    assert complaints_about_rules(file) == ""


def test_every_metric_is_shown_and_none_is_asked_for_that_is_not_there() -> None:
    asked = {name for each in expressions() for name in metrics_in(each)}
    assert asked == METRICS.keys()
    ruled = {name for rule in (*RECORDED, *ALERTS) for name in metrics_in(rule.expr)}
    assert ruled <= METRICS.keys()


def test_panels_lie_side_by_side_and_never_over_one_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        at = panel["gridPos"]
        fields = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not fields & taken
        assert at["x"] + at["w"] <= 24
        taken |= fields


# --- alerts that must ring, and must not ------------------------------------------------------------


def series(name: str, values: str) -> dict[str, str]:
    return {"series": name, "values": values}


def rings(alert: str, at: str, **labels: str) -> dict[str, Any]:
    """Return that an alert rings, with what it says for its labels and the value of the test."""
    (rule,) = (each for each in ALERTS if each.name == alert)
    said = rule.summary
    for label, value in labels.items():
        said = said.replace(f"{{{{ $labels.{label} }}}}", value)
    said = said.replace("{{ $value | humanizePercentage }}", "50%").replace("{{ $value }}", "3")
    told = {"exp_labels": {"severity": rule.severity, **labels}}
    told["exp_annotations"] = {"summary": said, "description": rule.advice}
    return {"eval_time": at, "alertname": alert, "exp_alerts": [told]}


def is_silent(alert: str, at: str) -> dict[str, Any]:
    return {"eval_time": at, "alertname": alert, "exp_alerts": []}


CALLS = 'goldline_calls_{}_total{{queue="cards",tier="gold"}}'
TESTS: list[dict[str, Any]] = [
    {  # half of the calls are answered in time, where 80 % are promised
        "input_series": [
            series('goldline_answer_wait_seconds_bucket{queue="cards",tier="gold",le="20.0"}', "0+1x60"),
            series(CALLS.format("answered"), "0+1x60"),
            series('goldline_calls_abandoned_total{queue="cards",tier="gold",short="no"}', "0+1x60"),
            series('goldline_queue_promised_ratio{queue="cards"}', "0.8x60"),
        ],
        "alert_rule_test": [
            is_silent("GoldlineServiceLevelLow", "10m"),
            rings("GoldlineServiceLevelLow", "40m", queue="cards"),
        ],
    },
    {  # three wait and nobody is there; then somebody logs in
        "input_series": [
            series('goldline_queue_waiting_calls{queue="cards",tier="gold"}', "3x20"),
            series('goldline_queue_agents{queue="cards",state="not_ready"}', "2x20"),
            series('goldline_queue_agents{queue="cards",state="ready"}', "0x9 1x10"),
        ],
        "alert_rule_test": [
            is_silent("GoldlineQueueDeserted", "1m"),
            rings("GoldlineQueueDeserted", "5m", queue="cards"),
            is_silent("GoldlineQueueDeserted", "12m"),
        ],
    },
    {  # Asterisk is restarted, which takes a moment, and then goes for good
        "input_series": [series("goldline_ami_connected", "1 0 1 1 0 0 0 0")],
        "alert_rule_test": [is_silent("GoldlineAsteriskLost", "1m"), rings("GoldlineAsteriskLost", "6m")],
    },
]


def test_alerts_ring_when_they_should(tmp_path: Path) -> None:
    file = tmp_path / "tests.json"
    tests = [{"interval": "1m", **test} for test in TESTS]
    plan = {"rule_files": [str(RECORDING), str(ALERTING)], "evaluation_interval": "1m", "tests": tests}
    file.write_text(json.dumps(plan))
    assert failed_rule_tests(file) == ""
