"""The program itself, as its users start it: `goldline serve` in a process of its own.

Configuration, database and log lie in the folder it was given, so a second start after a `kill` finds what
the first one left. It works on the `RealAsterisk` it is given.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx

from tests.services.asterisk import RealAsterisk
from tests.services.desk import Desk
from tests.services.ports import LOOPBACK, free_tcp_port
from tests.services.service import Service

PROGRAM = Path(sys.executable).with_name("goldline")
DESK_TOKEN = "token-of-every-desk-in-tests"

FLOWS = Path(__file__).parent / "flows"

_CONFIGURATION = """\
schema = 1

[pbx]
port = {ami_port}
secret = "{manager_secret}"
phones_secret = "{phones_secret}"
recordings = "{recordings}"
# Whoever is called back has one of the phones.
outside = "PJSIP/{{number}}"

[agi]
port = {agi_port}
token = "{agi_token}"

[desk]
port = {desk_port}
token = "{desk_token}"
seen_within_s = 2

[web]
port = {web_port}

[metrics]
port = {metrics_port}

[crm]
url = "sqlite:///{folder}/goldline.sqlite3"
spool = "{folder}/goldline.spool"

# What a test that fails leaves behind for whoever looks into it.
[journal]
folder = "{folder}/journals"

[rules]
default_tier = "standard"

[tiers.platinum]
head_start_s = 180
choose = "highest_level"

[tiers.gold]
head_start_s = 90
choose = "highest_level"

[tiers.standard]

{tiers}
[standing]
retry_delay_s = 1

# The phones are numbers as well.
[control]
numbers = ["1[0-9]{{3}}"]
flows = ["sorry"]

# Callers of the menu come here; the agent says when the work after the talk is done.
[queues.sales]
requirements = {{ sales = 1 }}
ring_timeout_s = {ring_timeout_s}
wrap_up_limit_s = 600

# Callers of the straight number come here; the agent is free again at once.
[queues.counter]
requirements = {{ sales = 1 }}
ring_timeout_s = {ring_timeout_s}
wrap_up_limit_s = 0
{counter}

[ivr]
flows = ["{flows}/menu.toml", "{flows}/straight.toml", "{flows}/voicemail.toml", "{flows}/sorry.toml"]
default = "menu"
numbers = {{ "5559000" = "straight" }}
"""

MENU_NUMBER = "5551000"
STRAIGHT_NUMBER = "5559000"


def readiness_at(port: int) -> dict[str, Any]:
    """Return what the program at `port` says of itself; nothing where it does not answer."""
    try:
        answer: dict[str, Any] = httpx.get(f"http://{LOOPBACK}:{port}/readyz").json()
    except httpx.TransportError:
        return {}
    return answer


class GoldlineServer(Service):
    """One `goldline serve`; `agents` maps names to their level in the one skill there is.

    `ami_port` is another way to Asterisk's, such as through a `Cable`. `counter` are further rules of that
    queue, `tiers` further tiers, `tables` further tables, as they stand in the configuration. In the `role`
    of the engine it serves no pages.
    """

    def __init__(
        self,
        folder: Path,
        asterisk: RealAsterisk,
        agents: Mapping[str, int],
        ring_timeout_s: float = 3,
        ami_port: int = 0,
        counter: str = "",
        tiers: str = "",
        tables: str = "",
        role: str = "all",
    ) -> None:
        super().__init__(folder / "goldline.log")
        self.folder = folder
        self.desk_port = free_tcp_port()
        self.web_port = free_tcp_port()
        self.metrics_port = free_tcp_port()
        self._asterisk = asterisk
        self._role = role
        folder.mkdir(parents=True, exist_ok=True)
        text = _CONFIGURATION.format(
            ami_port=ami_port or asterisk.ami_port,
            manager_secret=asterisk.dialplan.manager_secret,
            phones_secret=asterisk.dialplan.phones_secret,
            recordings=asterisk.folder / "spool",
            agi_port=asterisk.dialplan.agi_port,
            agi_token=asterisk.dialplan.agi_token,
            desk_port=self.desk_port,
            desk_token=DESK_TOKEN,
            web_port=self.web_port,
            metrics_port=self.metrics_port,
            folder=folder,
            flows=FLOWS,
            ring_timeout_s=ring_timeout_s,
            counter=counter,
            tiers=tiers,
        )
        for name, level in agents.items():
            text += f"\n[agents.{name}]\nskills = {{ sales = {level} }}\n"
        self.config = folder / "goldline.toml"
        self.config.write_text(text + tables)
        self.config.chmod(0o600)

    def command(self) -> list[str | Path]:
        """Return what its users type."""
        return [PROGRAM, "serve", "--role", self._role, "-c", self.config]

    def is_there(self) -> bool:
        """Tell whether both of its sessions are logged in on Asterisk."""
        name = self._asterisk.dialplan.manager_name
        return self._asterisk.console("manager show connected").count(name) >= 2

    def desk(self, agent: str) -> Desk:
        """Return the agent's screen, not yet connected."""
        return Desk(self.desk_port, DESK_TOKEN, agent)

    def run(self, *arguments: str) -> str:
        """Run another command of the program with this configuration and return what it prints."""
        command = [str(PROGRAM), *arguments, "-c", str(self.config)]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
        return finished.stdout

    def audit(self) -> dict[str, Any]:
        """Have the audit files of all campaigns judged and return the verdict."""
        command = [str(PROGRAM), "audit", str(self.folder / "audit"), "--json"]
        finished = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        verdict: dict[str, Any] = json.loads(finished.stdout)
        return verdict

    def complaints(self) -> list[dict[str, Any]]:
        """Return what was logged as a warning or worse since the first start."""
        lines = self.log_path.read_text().splitlines()
        entries = [json.loads(line) for line in lines if line.startswith("{")]
        return [entry for entry in entries if entry["level"] not in ("debug", "info")]

    async def recorded(self, kind: str, count: int = 1, limit_s: float = 10) -> list[dict[str, Any]]:
        """Return the events of `kind` once the ledger holds at least so many; raise `TimeoutError` else."""
        async with asyncio.timeout(limit_s):
            while len(events := self.ledger(kind)) < count:  # noqa: ASYNC110, another process tells nobody
                await asyncio.sleep(0.02)
        return events

    def ledger(self, kind: str = "") -> list[dict[str, Any]]:
        """Return the domain events of all runs in order, each with its `kind`, or only those of `kind`."""
        rows = self._rows("SELECT kind, at_us, body FROM ledger_event ORDER BY run, sequence")
        events = [json.loads(row["body"]) | {"kind": row["kind"], "at_us": row["at_us"]} for row in rows]
        return [event for event in events if kind in ("", event["kind"])]

    def interactions(self) -> list[dict[str, Any]]:
        """Return the finished records in the order of their ends."""
        return self._rows("SELECT * FROM interaction ORDER BY ended_at_us")

    def _rows(self, query: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(f"file:{self.folder}/goldline.sqlite3?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            return [dict(row) for row in database.execute(query)]
