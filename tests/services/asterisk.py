"""A real Asterisk 22 of one's own: started in half a second, on free loopback ports, in a temporary folder.

The programs come from the testbed (`scripts/testbed`), run by the testbed's own loader with the testbed's
libraries, so it takes neither root nor a mount. Configuration, database, sockets and logs of one
`RealAsterisk` lie in the folder it was given; it shares nothing with another one.

Callers reach it from any SIP port of this machine (endpoint `trunk`): 7000 is Asterisk's own queue, every
other number goes to Goldline. Phones are endpoints named by their extension.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from types import TracebackType
from typing import Self

from cti.asterisk.dialplan import DialplanSettings, dialplan_files
from tests.services.ports import LOOPBACK, free_tcp_port, free_udp_port

ETC = Path(__file__).parent / "asterisk_etc"
EMPTY_FILES = (
    *("acl", "amd", "ccss", "cdr", "cel", "confbridge", "features", "pjproject"),
    *("pjsip_notify", "queuerules", "stasis", "udptl"),
)
"""Files whose absence Asterisk reports as an error, and whose defaults we want."""

SOUNDS = "usr/share/asterisk/sounds/en_US_f_Allison"
MUSIC = "demo-congrats.gsm"
OBSERVER = "observer"
OBSERVER_SECRET = "sees-everything"
BASELINE_QUEUE_NUMBER = "7000"
START_LIMIT_S = 20
STOP_LIMIT_S = 10


def testbed() -> Path:
    """Return where `scripts/testbed` puts Asterisk; nothing needs to be there."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("GOLDLINE_TESTBED") or Path(cache) / "goldline" / "testbed")


def why_no_asterisk() -> str | None:
    """Return what is missing for a real Asterisk with callers and phones, or None."""
    if not (testbed() / "usr/sbin/asterisk").exists():
        return f"no Asterisk in {testbed()} (make testbed)"
    return None if shutil.which("sipp") else "no sipp (make testbed)"


class _ConfTemplate(Template):
    delimiter = "@"


class RealAsterisk:
    """One Asterisk process and its files.

    `phones` maps extensions to the UDP ports where those phones will answer; port 0 is a phone that is
    not registered. `queue_members` are the extensions that serve Asterisk's own queue, in their order.
    """

    def __init__(
        self,
        folder: Path,
        dialplan: DialplanSettings,
        phones: Mapping[str, int],
        queue_members: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.dialplan = dialplan
        self.sip_port = free_udp_port()
        self.ami_port = free_tcp_port()
        self._etc = folder / "etc"
        self._process: subprocess.Popen[bytes] | None = None
        self._write_configuration(phones, queue_members)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def sip_address(self) -> str:
        """Return where callers call: host and port."""
        return f"{LOOPBACK}:{self.sip_port}"

    def start(self) -> None:
        """Start the process and wait until it has fully booted; raise `RuntimeError` if it does not."""
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                [*self._program(), "-f"],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        deadline = time.monotonic() + START_LIMIT_S
        while "fully booted" not in self.console("core waitfullybooted"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"Asterisk did not start; see {self.folder}")
            time.sleep(0.05)

    def stop(self) -> None:
        """End the process as its own console would; calls are hung up."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def kill(self) -> None:
        """End the process with SIGKILL: what a crash looks like from outside."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stop and start again on the same ports."""
        self.stop()
        self.start()

    def console(self, command: str) -> str:
        """Return what Asterisk's console prints for `command`."""
        finished = subprocess.run(
            [*self._program(), "-rx", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_LIMIT_S,
            check=False,
        )
        return finished.stdout

    def complaints(self) -> list[str]:
        """Return the warnings and errors logged since the first start."""
        logged = (self.folder / "log" / "messages").read_text(errors="replace").splitlines()
        return [line for line in logged if "] WARNING[" in line or "] ERROR[" in line]

    def _program(self) -> list[str]:
        libraries = self._libraries()
        loader = next(libraries.glob("ld-linux-*.so.*"))
        program = testbed() / "usr/sbin/asterisk"
        configuration = self._etc / "asterisk.conf"
        return [str(loader), "--library-path", str(libraries), str(program), "-C", str(configuration)]

    def _libraries(self) -> Path:
        return next(testbed().glob("usr/lib/*/asterisk")).parent

    def _write_configuration(self, phones: Mapping[str, int], queue_members: Sequence[str]) -> None:
        for name in ("etc", "var", "spool", "run", "log", "share/sounds", "share/music"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        share = self.folder / "share"
        (share / "documentation").symlink_to(testbed() / "usr/share/asterisk/documentation")
        (share / "sounds" / "en").symlink_to(testbed() / SOUNDS)
        (share / "music" / MUSIC).symlink_to(testbed() / SOUNDS / MUSIC)
        values = {
            "folder": self.folder,
            "modules": self._libraries() / "asterisk" / "modules",
            "sip_port": self.sip_port,
            "ami_port": self.ami_port,
            "observer_secret": OBSERVER_SECRET,
        }
        files = {path.name: _ConfTemplate(path.read_text()).substitute(values) for path in ETC.glob("*.conf")}
        files |= {f"{name}.conf": "" for name in EMPTY_FILES}
        files |= dialplan_files(self.dialplan)
        files["phones.conf"] = "\n".join(_phone(*phone) for phone in phones.items())
        files["queues.conf"] += "".join(f"member => PJSIP/{extension}\n" for extension in queue_members)
        for name, text in files.items():
            (self._etc / name).write_text(text)


def _phone(extension: str, port: int) -> str:
    contact = f"contact = sip:{extension}@{LOOPBACK}:{port}\n" if port else ""
    return f"[{extension}](phone)\naors = {extension}\n\n[{extension}]\ntype = aor\n{contact}"
