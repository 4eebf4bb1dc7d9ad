"""`goldline whatif`: the question of a scenario file, worked out with a bar to look at, as one tree."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from goldline.whatif.answer import Choices, Planner, Told
from goldline.whatif.question import ask
from goldline.whatif.tree import Tree, answer_tree


def work_out(path: Path, targets: Sequence[str], choices: Choices, progress: bool = False) -> Tree:
    """Return the answer to the question in the scenario at `path`; see `goldline.whatif.tree`.

    `targets` replace those of the file. The same seed gives the same answer. Raises `ConfigError`.
    """
    question = ask(path, targets)
    with _progress(progress) as told:
        return answer_tree(Planner(question, choices, told).answer())


@contextmanager
def _progress(wanted: bool) -> Iterator[Told]:
    """Give what shows how far the work is, where somebody looks on."""
    if not (wanted and sys.stderr.isatty()):
        yield lambda doing, days: None
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.completed} days"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda doing, days: bar.update(task, description=doing, completed=days)
