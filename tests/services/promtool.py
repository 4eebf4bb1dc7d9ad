"""Prometheus's own judge of metrics and rules: promtool, of Debian's package `prometheus`."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


def why_no_promtool() -> str:
    """Return why there is no judge here, empty where there is one."""
    return "" if shutil.which("promtool") else "needs promtool (of Debian's package prometheus)"


def complaints_about_metrics(text: bytes) -> str:
    """Return what promtool has against the text of `/metrics`, empty for nothing."""
    return _complaints(["check", "metrics"], text)


def complaints_about_rules(file: Path) -> str:
    """Return what promtool has against a file of rules, empty for nothing."""
    return _complaints(["check", "rules", "--lint=all", "--lint-fatal", str(file)])


def complaints_about_configuration(file: Path) -> str:
    """Return what promtool has against a configuration, empty for nothing; files it names are not opened."""
    return _complaints(["check", "config", "--syntax-only", str(file)])


def failed_rule_tests(file: Path) -> str:
    """Return what went wrong with the tests of rules in `file`, empty for nothing."""
    return _complaints(["test", "rules", str(file)])


def _complaints(arguments: list[str], text: bytes = b"") -> str:
    done = subprocess.run(["promtool", *arguments], input=text, capture_output=True, timeout=60, check=False)
    said = (done.stdout + done.stderr).decode()
    return said if done.returncode else ""
