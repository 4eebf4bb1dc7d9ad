"""No log shows who called, unless asked to."""

from __future__ import annotations

import json
import subprocess
import sys

from goldline.logs import MASK, mask_personal

TALE = """
import structlog
from goldline.logs import set_up_logs
set_up_logs(show_personal={show})
structlog.get_logger().info("caller came", contact="C-1", pii_number="+31201234567")
"""


def test_a_log_that_takes_no_more_stops_nothing() -> None:
    program = TALE.format(show=False) + 'print("went on", flush=True)'
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, timeout=60, check=False
        )
    assert done.stdout == b"went on\n"


def log_line(show: bool) -> dict[str, str]:
    """Return what a program with such logs writes to a pipe."""
    command = [sys.executable, "-c", TALE.format(show=show)]
    written = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    line: dict[str, str] = json.loads(written.stderr)
    return line


def test_personal_fields_are_masked_and_others_stay() -> None:
    masked = mask_personal(None, "info", {"pii_name": "Ada", "contact": "C-1"})
    assert masked == {"pii_name": MASK, "contact": "C-1"}


def test_a_pipe_gets_one_line_of_json_without_the_number() -> None:
    line = log_line(show=False)
    assert (line["event"], line["contact"], line["pii_number"]) == ("caller came", "C-1", MASK)


def test_numbers_are_shown_to_who_asks_for_them() -> None:
    assert log_line(show=True)["pii_number"] == "+31201234567"
