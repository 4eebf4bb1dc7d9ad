"""A real PostgreSQL for the tests: made in a folder of its own, on a free port, stopped and started at will.

Found on the path or under Debian's /usr/lib/postgresql. The server refuses to run as root, so under
root it runs as `postgres` or `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from pathlib import Path

from tests.services.ports import free_tcp_port

STOP_TIMEOUT_S = 30


def postgres_programs() -> Path | None:
    """Return the folder with `initdb` and `pg_ctl`, newest version first, or None where there is none."""
    on_path = shutil.which("pg_ctl")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


class PostgresServer:
    """A server in `folder`, which must exist and be empty; `start` and `stop` as often as wanted."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._cluster = folder / "cluster"
        self._log = folder / "server.log"
        self._port = free_tcp_port()
        self._run_as = _unprivileged_name()
        if self._run_as:
            shutil.chown(folder, self._run_as)
        self._run("initdb", "-D", self._cluster, "-U", "goldline", "-A", "trust", "-E", "UTF8", "--no-sync")

    def url(self, database: str) -> str:
        """Return where `database` is."""
        return f"postgresql://goldline@127.0.0.1:{self._port}/{database}"

    def start(self) -> None:
        """Start and wait until the server takes connections."""
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "-D", self._cluster, "-l", self._log, "-w", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as a machine that is switched off does: clients see their connections break."""
        self._run("pg_ctl", "-D", self._cluster, "-w", "-m", "immediate", "stop")

    def create_database(self, name: str) -> str:
        """Create the empty database `name` and return where it is."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self._port), "-U", "goldline", name)
        return self.url(name)

    @property
    def running(self) -> bool:
        """Tell whether the server was started and not stopped since."""
        return (self._cluster / "postmaster.pid").exists()

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        if self._run_as:
            command = ["runuser", "-u", self._run_as, "--", *command]
        # A file, not a pipe: the server started by pg_ctl would keep a pipe open and us waiting for its end.
        subprocess.run(
            command,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=STOP_TIMEOUT_S,
            cwd="/",
        )


def _version(folder: Path) -> int:
    name = folder.parent.name
    return int(name) if name.isdigit() else 0


def _unprivileged_name() -> str:
    """Return who runs the server: nobody else where we are not root."""
    if os.getuid() != 0:
        return ""
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"
