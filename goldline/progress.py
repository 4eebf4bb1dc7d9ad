"""A bar on the terminal for work that takes a while, where somebody looks on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import Progress

Told = Callable[[float], None]
"""Is told the share of the work that is done."""


@contextmanager
def progress_bar(title: str, wanted: bool) -> Iterator[Told]:
    """Give what draws the bar; nothing is drawn into a file, or where it is not wanted."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda share: None
        return
    with Progress(transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda share: bar.update(task, completed=share)
