"""A file of finished runs, for benchmarks that take hours: the next run with it goes on where this one ended.

Each line is a JSON list of two: the run's key, which says all that its result depends on, and the result.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from goldline.replications import each_run

T = TypeVar("T")


class KeptRuns:
    """The results of runs by their keys, as JSON has them; kept in the file at `path`, if there is one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.results: dict[str, Any] = {}
        if path is not None and path.exists():
            self.results.update(json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())

    def add(self, key: str, result: Any) -> None:
        """Keep the result of a run; it must be of what JSON can say."""
        self.results[key] = result
        if self._path is not None:
            with self._path.open("a", encoding="utf-8") as file:
                print(json.dumps([key, result]), file=file)

    def each(self, run: Callable[[T], Any], tasks: Mapping[str, T]) -> Iterator[tuple[str, Any]]:
        """Yield each key with what `run` makes of its task; carry out those that are not kept."""
        missing = [key for key in tasks if key not in self.results]
        fresh = zip(missing, each_run(run, [tasks[key] for key in missing]), strict=True)
        for key in tasks:
            if key not in self.results:
                self.add(*next(fresh))
            yield key, self.results[key]
