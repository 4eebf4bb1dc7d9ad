"""`goldline whatif`: the question of a scenario file, worked out with a bar to look at, as one tree."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.kernel.errors import ConfigError
from goldline.progress import progress_bar
from goldline.whatif.answer import Choices, Planner
from goldline.whatif.page import answer_page
from goldline.whatif.question import ask
from goldline.whatif.tree import Tree, answer_tree
from simulator.report.page import write_page


def work_out(
    path: Path,
    targets: Sequence[str],
    choices: Choices,
    *,
    report: Path | None = None,
    progress: bool = False,
) -> Tree:
    """Return the answer to the question in the scenario at `path`; see `goldline.whatif.tree`.

    `targets` replace those of the file; `report` is where a page of the answer goes. The same seed gives the
    same answer. Raises `ConfigError`.
    """
    if report and not report.parent.is_dir():
        raise ConfigError("--report", str(report), "a file in a folder that is there")
    question = ask(path, targets)
    with progress_bar(f"{question.scenario.name}: what if", progress) as told:
        answer = answer_tree(Planner(question, choices, told).answer())
    if report:
        write_page(answer_page(answer), report)
    return answer
