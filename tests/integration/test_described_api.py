"""The API does what its description says: Schemathesis asks all of it, with sense and without.

A running centre on the simulated Asterisk is asked by people of three kinds. No answer may be a fault of the
server, be missing from the description, or have another form than it says.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from goldline.demo.people import EVERYWHERE
from tests.services.web_centre import PASSWORD, WebCentre
from web.gate.cookie import NAME
from web.gate_settings import GateSettings

pytestmark = pytest.mark.slow

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
)
AskAll = Callable[..., None]
SEED = "7"
RATE = f"{GateSettings().requests_per_s * 0.9:.0f}/s"
"""Just below what the gate lets through, or most answers would be that there were too many."""
SESSION, DESK = "^/api/v1/session", "^/api/v1/agents/me/"
LAST = ("people_change_person", "people_reset_password", "keys_revoke_key")
"""What may well take the rights of who asks, and so comes last."""


@pytest.fixture(scope="module")
def centre() -> Iterator[WebCentre]:
    with WebCentre() as centre:
        yield centre


@pytest.fixture
def ask_all(centre: WebCentre, tmp_path: Path) -> AskAll:
    """Return what asks for a part of the API, signed in as `login`, for `max_s` seconds at the most."""

    def ask(login: str, max_s: int, *chosen: str) -> None:
        signed = httpx.post(f"{centre.url}/api/v1/session", json={"login": login, "password": PASSWORD})
        headers = {
            "Cookie": f"{NAME}={signed.cookies[NAME]}",
            "X-CSRF-Token": signed.json()["csrf_token"],
            "Origin": centre.url,
        }
        arguments = (
            *("run", f"{centre.url}/api/v1/openapi.json"),
            *(word for name, value in headers.items() for word in ("--header", f"{name}: {value}")),
            *("--checks", ",".join(CHECKS), "--phases", "coverage,fuzzing", "--warnings", "off"),
            *("--max-time", str(max_s), "--rate-limit", RATE, "--seed", SEED, "--no-color"),
            *("--suppress-health-check", "all", "--continue-on-failure", "--generation-database", "none"),
        )
        command = [SCHEMATHESIS, *arguments, *chosen]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout[-6_000:] + ran.stderr[-2_000:]

    return ask


def test_whoever_looks_after_the_house(ask_all: AskAll) -> None:
    except_last = (word for each in LAST for word in ("--exclude-operation-id", each))
    ask_all("admin", 30, "--exclude-path-regex", f"{SESSION}|{DESK}", *except_last)


def test_whoever_works_at_a_desk(ask_all: AskAll) -> None:
    ask_all(EVERYWHERE, 10, "--include-path-regex", DESK)


def test_whoever_may_be_out_in_the_middle_of_it(ask_all: AskAll) -> None:
    ask_all("admin", 4, *(word for each in LAST for word in ("--include-operation-id", each)))
    ask_all("supervisor", 4, "--include-path-regex", SESSION)
