"""A real MQTT broker for the tests: Debian's mosquitto on a free port, ended and started again at will.

Without a configuration of its own it lets everybody in and forgets everything when it ends.
"""

from __future__ import annotations

import getpass
import shutil
import socket
from pathlib import Path

from tests.services.ports import LOOPBACK, free_tcp_port
from tests.services.service import Service

_OPEN = "listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n"


def why_no_mosquitto() -> str:
    """Return why there is no broker here, empty where there is one."""
    return "" if _program() else "needs mosquitto (apt-get install mosquitto)"


class Mosquitto(Service):
    """One broker in `folder`; `configuration` stands in mosquitto.conf, with `{port}` for the port."""

    def __init__(self, folder: Path, configuration: str = _OPEN) -> None:
        super().__init__(folder / "mosquitto.log")
        self.port = free_tcp_port()
        self._configuration = folder / "mosquitto.conf"
        folder.mkdir(parents=True, exist_ok=True)
        # Root would become somebody else, who may not read a test's folder.
        text = f"user {getpass.getuser()}\n" + configuration.replace("{port}", str(self.port))
        self._configuration.write_text(text)

    @property
    def url(self) -> str:
        """Return where the broker is."""
        return f"mqtt://{LOOPBACK}:{self.port}"

    @property
    def log(self) -> str:
        """Return what the broker has said."""
        return self.log_path.read_text()

    def command(self) -> list[str]:
        """Return the broker with its configuration."""
        program = _program()
        assert program is not None, why_no_mosquitto()
        return [program, "-v", "-c", str(self._configuration)]

    def is_there(self) -> bool:
        """Tell whether it takes connections."""
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True


def _program() -> str | None:
    return shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
