"""A bar on the terminal for work that takes a while, where somebody looks on."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.console import Console
from rich.progress import Progress

T = TypeVar("T")


class Told(Protocol):
    """Is told the share of the work that is done, and in words what is being done, if that changes."""

    def __call__(self, share: float, doing: str = "") -> None:
        """Show it."""


@contextmanager
def progress_bar(title: str, wanted: bool) -> Iterator[Told]:
    """Give what draws the bar; nothing is drawn into a file, or where it is not wanted."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda share, doing="": None
        return
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share, doing="": bar.update(task, completed=share, description=doing or title)


def counted(items: Iterable[T], told: Told, whole: int, before: int = 0, every: int = 1) -> Iterator[T]:
    """Yield the items, telling at every `every`-th what share of the `whole` is done, with those `before`."""
    for done, item in enumerate(items, before + 1):
        if done % every == 0:
            told(done / whole)
        yield item
