"""The command of `make soak`: silent where all is well, and a report with a way back where it is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import structlog

from routing.router import Router
from scripts.soak import DIRECT, main
from scripts.tree import ROOT

FEW = ["--runs", "8", "--first", "1", "--cores", "1"]


@pytest.fixture(autouse=True)
def in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Let later tests log elsewhere than into what this one's output is caught in: that is closed then."""
    yield
    structlog.reset_defaults()


def test_runs_that_keep_their_promises_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(FEW) == 0
    assert capsys.readouterr().out == "8 runs, seeds 1 to 8: 0 broke a promise\n"


def test_run_that_broke_a_promise_is_told_with_the_way_to_see_it_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Router, "_caller_gone", lambda self, event: None)
    assert main([*FEW, "--scenario", str(DIRECT)]) == 1
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.startswith("8 runs, seeds 1 to 8: ")
    assert any(line.startswith(f"replay: goldline simulate {DIRECT} --seed ") for line in rest)
