"""A program that tests need beside them: started in its folder, ended as an operator would, or killed.

A service says what its command is and how one knows that it is there; what it prints goes to its log. It can
be started again on whatever it left behind.
"""

from __future__ import annotations

import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

LOOK_S = 0.05
"""Pause between two looks whether a program is there: it tells nobody."""


class Service(ABC):
    """One process at a time, with its log at `log_path`; it ends at the latest with its `with` block."""

    start_limit_s = 20.0
    stop_limit_s = 10.0

    def __init__(self, log_path: Path) -> None:
        self.log_path = log_path
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """Return the program and its arguments."""

    @abstractmethod
    def is_there(self) -> bool:
        """Tell whether it is ready for the tests."""

    def start(self) -> None:
        """Start it and wait until it is there; raise `RuntimeError` where it ends or takes too long."""
        self.launch()
        self.wait_until_there()

    def wait_until_there(self) -> None:
        """Return when it is there; raise `RuntimeError` where it ends or takes too long."""
        deadline = time.monotonic() + self.start_limit_s
        while not self.is_there():
            if self.has_ended() or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"{type(self).__name__} did not start; see {self.log_path}")
            time.sleep(LOOK_S)

    def launch(self) -> None:
        """Start it, and wait for nothing: several start sooner side by side."""
        with self.log_path.open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                cwd=self.log_path.parent,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def has_ended(self) -> bool:
        """Tell whether it was never started, or is over."""
        return self._process is None or self._process.poll() is not None

    def stop(self) -> None:
        """End it as an operator would; whatever does not listen is killed."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(self.stop_limit_s)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """End it with SIGKILL: no good-bye, nothing written; connections break."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def restart(self) -> None:
        """Stop it and start it again, on the same ports."""
        self.stop()
        self.start()
