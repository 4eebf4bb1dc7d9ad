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
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from cti.asterisk.dialplan import DialplanSettings, dialplan_files
from tests.services.ports import LOOPBACK, free_tcp_port, free_udp_port
from tests.services.service import Service

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


class RealAsterisk(Service):
    """One Asterisk process and its files; stopping it hangs up all calls, as its own console would.

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
        super().__init__(folder / "console.log")
        self.folder = folder
        self.dialplan = dialplan
        self.sip_port = free_udp_port()
        self.ami_port = free_tcp_port()
        self._etc = folder / "etc"
        self._write_configuration(phones, queue_members)

    @property
    def sip_address(self) -> str:
        """Return where callers call: host and port."""
        return f"{LOOPBACK}:{self.sip_port}"

    def command(self) -> list[str]:
        """Return Asterisk in the foreground."""
        return [*self._program(), "-f"]

    def is_there(self) -> bool:
        """Tell whether it has fully booted."""
        return "fully booted" in self.console("core waitfullybooted")

    def console(self, command: str) -> str:
        """Return what Asterisk's console prints for `command`."""
        finished = subprocess.run(
            [*self._program(), "-rx", command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=self.start_limit_s,
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
