"""How other dialers pace, restated for the benchmark behind one interface.

Written from descriptions of what their code does, not from the code. Each is a ratio of lines to agents,
corrected slowly or not at all; the ratio (or limit) is the setting that somebody has to find.
"""

from __future__ import annotations

from collections import deque
from math import exp, floor
from statistics import fmean

from benchmarks._pacing_world import Picture
from dialer.pacing import Phase


class Peer:
    """What peers have in common: they count answers and drops of the day, and little else."""

    looks_every_s = 1.0
    looks_when_freed = True
    listens = True

    def __init__(self) -> None:
        self.answers = 0
        self.drops = 0

    def launched(self, count: int, now_s: float) -> None:
        """Take no notice."""

    def call_over(self, launched_s: float, now_s: float, *, answered: bool) -> None:
        """Count an answer."""
        self.answers += answered

    def refused(self, launched_s: float, now_s: float) -> None:
        """Count it like any call that nobody answered."""
        self.call_over(launched_s, now_s, answered=False)

    def abandoned(self, now_s: float) -> None:
        """Count a drop."""
        self.drops += 1

    def connected(self, now_s: float) -> None:
        """Take no notice."""

    def phase_over(self, agent: int, phase: Phase, since_s: float, now_s: float) -> None:
        """Take no notice."""


def _rounded(lines: float) -> int:
    return floor(lines + 0.5)


def _out(picture: Picture) -> int:
    """Calls that ring, and people who wait."""
    return len(picture.ringing) + picture.waiting


def _talking(picture: Picture) -> int:
    return sum(1 for phase, _ in picture.busy.values() if phase is Phase.TALK)


class Power(Peer):
    """Lines for each idle agent; a ratio of 1 is progressive dialing."""

    def __init__(self, ratio: float = 1.0) -> None:
        super().__init__()
        self._ratio = ratio

    def calls(self, picture: Picture, now_s: float) -> int:
        """Return ratio x idle agents, less what rings or waits."""
        return _rounded(self._ratio * picture.idle) - _out(picture)


class VicidialRatio(Peer):
    """VICIdial's RATIO: lines for each agent who is ready or talks, what talks counted as a line."""

    looks_every_s = 2.5
    looks_when_freed = False

    def __init__(self, level: float) -> None:
        super().__init__()
        self.level = level

    def calls(self, picture: Picture, now_s: float) -> int:
        """Return level x agents, less all lines in use."""
        talking = _talking(picture)
        return _rounded(self.level * (picture.idle + talking)) - _out(picture) - talking


class VicidialAdaptive(VicidialRatio):
    """ADAPT_HARD_LIMIT: every 15 s the level follows idle agents; over the limit of drops it is 1.

    `target` is the difference of ready agents and waiting calls that is aimed at (`adaptive_dl_diff_target`).
    """

    ADAPTS_EVERY_S = 15.0
    SAMPLED_CALLS_MIN = 50
    BURST_CALLS_MIN = 20
    BURST_DROPS = 0.5

    def __init__(self, level_max: float = 3.0, target: float = 0.0, limit: float = 0.03) -> None:
        super().__init__(1.0)
        self._level_max = level_max
        self._target = target
        self._limit = limit
        self._adapted_s = 0.0
        self._sampled_s = 0.0
        self._samples: list[tuple[int, int]] = []
        self._calls_today = 0
        self._last_minute: deque[tuple[float, int, int]] = deque()
        """When, calls answered and drops."""

    looks_every_s = 0.5
    LOOPS_EVERY_S = 2.5

    def calls(self, picture: Picture, now_s: float) -> int:
        """Adapt where it is time to, and dial as RATIO does in the loop of 2.5 s."""
        if now_s - self._sampled_s >= 1.0:
            self._sampled_s = now_s
            self._samples.append((picture.idle - picture.waiting, picture.staying))
        if now_s - self._adapted_s >= self.ADAPTS_EVERY_S:
            self._adapted_s = now_s
            self._adapt(now_s)
            self._samples.clear()
        if now_s % self.LOOPS_EVERY_S:
            return 0
        return super().calls(picture, now_s)

    def launched(self, count: int, now_s: float) -> None:
        """Count the calls of the day."""
        self._calls_today += count

    def call_over(self, launched_s: float, now_s: float, *, answered: bool) -> None:
        """Count the calls of the last minute."""
        super().call_over(launched_s, now_s, answered=answered)
        self._last_minute.append((now_s, 1, 0))

    def abandoned(self, now_s: float) -> None:
        """Count the drops of the last minute."""
        super().abandoned(now_s)
        self._last_minute.append((now_s, 0, 1))

    def _adapt(self, now_s: float) -> None:
        ready = fmean(ready for ready, _ in self._samples)
        agents = fmean(agents for _, agents in self._samples)
        change = (ready + self._target) / agents if agents else 0.0
        self.level = min(self._level_max, self.level * (1.0 + change))
        self.level = max(1.0, self.level)
        calls, drops = self._minute(now_s)
        if calls > self.BURST_CALLS_MIN and drops > self.BURST_DROPS * calls:
            self.level /= 2
        if self._calls_today > self.SAMPLED_CALLS_MIN and self.drops > self._limit * max(1, self.answers):
            self.level = 1.0
        self.level = max(1.0, self.level)

    def _minute(self, now_s: float) -> tuple[int, int]:
        while self._last_minute and self._last_minute[0][0] < now_s - 60.0:
            self._last_minute.popleft()
        return sum(call for _, call, _ in self._last_minute), sum(drop for _, _, drop in self._last_minute)


class Issabel(Peer):
    """Idle agents, and busy ones whose time so far and one more answer lie beyond a quantile of all talks.

    The test takes no account of how long the agent has talked already. With `overcommit` the number is then
    divided by the share answered in the last half hour.
    """

    looks_every_s = 3.0
    looks_when_freed = False
    SAMPLED_CALLS_MIN = 10
    ANSWERS_KEPT = 20
    ANSWER_BELIEVED_S = 8.0
    SHARE_MIN = 0.2
    HALF_HOUR_S = 1800.0

    def __init__(self, quantile: float = 0.97, *, overcommit: bool = False) -> None:
        super().__init__()
        self._quantile = quantile
        self._overcommit = overcommit
        self._talks = 0
        self._talked_s = 0.0
        self._rings_s: deque[float] = deque([self.ANSWER_BELIEVED_S] * self.ANSWERS_KEPT, self.ANSWERS_KEPT)
        self._over: deque[tuple[float, bool]] = deque()
        self._over_answered = 0

    def calls(self, picture: Picture, now_s: float) -> int:
        """Return agents idle or thought to be soon, less waiting and ringing, more where overcommitted."""
        wanted = picture.idle + self._soon_free(picture, now_s) - picture.waiting - len(picture.ringing)
        if wanted > 0 and self._overcommit:
            wanted = _rounded(wanted / max(self.SHARE_MIN, self._share(now_s)))
        return wanted

    def call_over(self, launched_s: float, now_s: float, *, answered: bool) -> None:
        """Remember how long it rang, and whether somebody answered."""
        super().call_over(launched_s, now_s, answered=answered)
        self._over.append((now_s, answered))
        self._over_answered += answered
        if answered:
            self._rings_s.append(now_s - launched_s)

    def phase_over(self, agent: int, phase: Phase, since_s: float, now_s: float) -> None:
        """Remember how long the talk was."""
        if phase is Phase.TALK:
            self._talks += 1
            self._talked_s += now_s - since_s

    def _soon_free(self, picture: Picture, now_s: float) -> int:
        if self._talks < self.SAMPLED_CALLS_MIN:
            return 0
        rate, ring_s = self._talks / self._talked_s, fmean(self._rings_s)
        return sum(
            1.0 - exp(-rate * (ring_s + now_s - since_s)) >= self._quantile
            for phase, since_s in picture.busy.values()
            if phase is Phase.TALK
        )

    def _share(self, now_s: float) -> float:
        while self._over and self._over[0][0] < now_s - self.HALF_HOUR_S:
            self._over_answered -= self._over.popleft()[1]
        if len(self._over) < self.SAMPLED_CALLS_MIN:
            return 1.0
        return self._over_answered / len(self._over)
