"""Goldline's own pacer on the light floor: the objects of `dialer`, fed with what happens there."""

from __future__ import annotations

from itertools import repeat

from benchmarks._pacing_world import Picture
from core.kernel.clock import microseconds
from dialer.back_off import BackOff, BackOffRules
from dialer.budget import Budget
from dialer.cohorts import Cohorts
from dialer.lifetimes import Lifetimes
from dialer.pacing import Floor, Learned, Pacer, Phase

SEGMENT = ("campaign",)
REFRESH_EVERY_S = 20.0
LINES = 100_000
"""More than anybody dials at once."""


class Goldline:
    """The predictive mode. `windows` are the law's: the most timid of them decides."""

    def __init__(
        self,
        windows: tuple[Budget, ...] = (),
        learned: Learned | None = None,
        *,
        patience_s: float = 2.0,
        looks_every_s: float = 1.0,
    ) -> None:
        self.looks_every_s = looks_every_s
        self.looks_when_freed = True
        self.windows = windows or (Budget(),)
        self.learned = learned or Learned()
        self.pacer = Pacer(self.learned, patience_s)
        self._cohorts = Cohorts(self.learned.rates, self.learned.ringing)
        self._trunk = BackOff(BackOffRules())
        self._refreshed_s = 0.0
        self._told_to_s: dict[int, float] = {}
        """Up to when the present talk or wrap-up of an agent was counted as lived."""

    def calls(self, picture: Picture, now_s: float) -> int:
        """Return how many to dial now."""
        self._cohorts.fold(now_s)
        if now_s - self._refreshed_s >= REFRESH_EVERY_S:
            self._refresh(picture, now_s)
        boldness = min(window.boldness() for window in self.windows)
        wanted = self.decide(_floor(picture, now_s), boldness)
        return self._trunk.room(wanted, microseconds(now_s), is_tried=bool(picture.ringing))

    def decide(self, floor: Floor, boldness: float) -> int:
        """Return what the pacer says; one to one where a cap is passed."""
        is_over = any(window.passes_with(0) for window in self.windows)
        return self.pacer.calls(floor, repeat(SEGMENT), boldness, floor.spare if is_over else LINES)

    @property
    def listens(self) -> bool:
        """Tell whether machines are told from persons now: whoever is misjudged counts as abandoned."""
        return all(window.balance >= 0 for window in self.windows)

    def launched(self, count: int, now_s: float) -> None:
        """Open their cohort."""
        for _ in range(count):
            self._cohorts.launch(SEGMENT, now_s)

    def call_over(self, launched_s: float, now_s: float, *, answered: bool) -> None:
        """Learn from the call, and count an answer in each window."""
        self._trunk.succeeded(microseconds(launched_s))
        self._cohorts.end(SEGMENT, launched_s, now_s, answered=answered)
        if answered:
            for window in self.windows:
                window.answered += 1

    def refused(self, launched_s: float, now_s: float) -> None:
        """Let the trunk rest; nothing is learned of people."""
        self._trunk.failed(microseconds(launched_s), microseconds(now_s))
        self._cohorts.withdraw(SEGMENT, launched_s)

    def abandoned(self, now_s: float) -> None:
        """Count it in each window."""
        for window in self.windows:
            window.abandoned += 1

    def connected(self, now_s: float) -> None:
        """Nothing is learned from that."""

    def phase_over(self, agent: int, phase: Phase, since_s: float, now_s: float) -> None:
        """Learn how long it was."""
        law = self._law(phase)
        law.live(self._told_to_s.pop(agent, since_s) - since_s, now_s - since_s)
        law.end(now_s - since_s)

    def _law(self, phase: Phase) -> Lifetimes:
        return self.learned.talk if phase is Phase.TALK else self.learned.wrap_up

    def _refresh(self, picture: Picture, now_s: float) -> None:
        """Count those who still talk as alive, and look the laws up anew."""
        self._refreshed_s = now_s
        for agent, (phase, since_s) in picture.busy.items():
            self._law(phase).live(self._told_to_s.get(agent, since_s) - since_s, now_s - since_s)
            self._told_to_s[agent] = now_s
        self.pacer.refresh()


def _floor(picture: Picture, now_s: float) -> Floor:
    return Floor(
        idle=picture.idle,
        busy=[
            (phase, now_s - since_s)
            for agent, (phase, since_s) in picture.busy.items()
            if agent not in picture.leaving
        ],
        waiting=picture.waiting,
        ringing=[(SEGMENT, now_s - launched_s) for launched_s in picture.ringing.values()],
    )
