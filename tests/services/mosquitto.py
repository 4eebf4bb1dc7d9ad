"""A real MQTT broker for the tests: Debian's mosquitto on a free port, ended and started again at will.

Without a configuration of its own it lets everybody in and forgets everything when it ends.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.services.ports import LOOPBACK, free_tcp_port

START_LIMIT_S = 10
STOP_LIMIT_S = 10
_OPEN = "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"


def why_no_mosquitto() -> str:
    """Return why there is no broker here, empty where there is one."""
    return "" if _program() else "needs mosquitto (apt-get install mosquitto)"


class Mosquitto:
    """One broker in `folder`; `configuration` stands in mosquitto.conf, with `{port}` for the port."""

    def __init__(self, folder: Path, configuration: str = _OPEN) -> None:
        self.port = free_tcp_port()
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        folder.mkdir(parents=True, exist_ok=True)
        # Root would become somebody else, who may not read a test's folder.
        text = f"user {getpass.getuser()}\n" + configuration.replace("{port}", str(self.port))
        (folder / "mosquitto.conf").write_text(text)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Return where the broker is."""
        return f"mqtt://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> str:
        """Return what the broker has said."""
        return (self._folder / "mosquitto.log").read_text()

    def start(self) -> None:
        """Start and wait until it takes connections."""
        program = _program()
        assert program is not None, why_no_mosquitto()
        with (self._folder / "mosquitto.log").open("ab") as log:
            command = [program, "-v", "-c", str(self._folder / "mosquitto.conf")]
            self._process = subprocess.Popen(
                command, cwd=self._folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + START_LIMIT_S
        while not self._takes_connections():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"mosquitto did not start: {self.log}")
            time.sleep(0.02)

    def stop(self) -> None:
        """End it as an operator would."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(STOP_LIMIT_S)
            self._process = None

    def kill(self) -> None:
        """End it with SIGKILL: connections break, nothing is written."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _takes_connections(self) -> bool:
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _program() -> str | None:
    return shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
