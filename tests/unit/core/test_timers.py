"""The timer heap agrees with the simplest thing that could keep timers: a dictionary searched whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from core.kernel.timers import TimerHeap

KEYS = st.sampled_from([("offer", "O-1"), ("offer", "O-2"), ("wrap_up", "A-1"), ("announce", "C-1")])
INSTANTS = st.integers(min_value=0, max_value=20)
"""Few instants and few names, so that ties, moves and late cancels happen all the time."""


class TimersAgainstDictionary(RuleBasedStateMachine):
    """Do the same to the heap and to a dictionary, and compare after every step."""

    def __init__(self) -> None:
        super().__init__()
        self.heap: TimerHeap[tuple[str, str]] = TimerHeap()
        self.expected: dict[tuple[str, str], tuple[int, int]] = {}
        self.requests = 0

    @rule(key=KEYS, at_us=INSTANTS)
    def start(self, key: tuple[str, str], at_us: int) -> None:
        self.requests += 1
        self.heap.start(key, at_us)
        self.expected[key] = (at_us, self.requests)

    @rule(key=KEYS)
    def cancel(self, key: tuple[str, str]) -> None:
        self.heap.cancel(key)
        self.expected.pop(key, None)

    @rule(now_us=INSTANTS)
    def fire(self, now_us: int) -> None:
        first = min(self.expected, key=self.expected.__getitem__, default=None)
        if first is None or self.expected[first][0] > now_us:
            assert self.heap.pop_due(now_us) is None
        else:
            assert self.heap.pop_due(now_us) == first
            del self.expected[first]

    @invariant()
    def same_timers_are_live(self) -> None:
        assert len(self.heap) == len(self.expected)
        earliest = min((at_us for at_us, _ in self.expected.values()), default=None)
        assert self.heap.next_at_us() == earliest


TestTimersAgainstDictionary = TimersAgainstDictionary.TestCase


@given(st.lists(INSTANTS, max_size=30))
def test_timers_of_one_instant_fire_in_the_order_they_were_asked_for(instants: list[int]) -> None:
    heap: TimerHeap[int] = TimerHeap()
    for number, at_us in enumerate(instants):
        heap.start(number, at_us)
    fired = [heap.pop_due(20) for _ in instants]
    assert fired == sorted(range(len(instants)), key=lambda number: (instants[number], number))
    assert heap.pop_due(20) is None


def test_a_timer_started_again_moves_and_fires_once() -> None:
    heap: TimerHeap[str] = TimerHeap()
    heap.start("wrap_up", 10)
    heap.start("wrap_up", 30)
    assert heap.pop_due(20) is None
    assert heap.pop_due(30) == "wrap_up"
    assert heap.pop_due(99) is None


def test_a_timer_started_anew_after_a_cancel_takes_only_its_new_instant() -> None:
    heap: TimerHeap[str] = TimerHeap()
    heap.start("offer", 10)
    heap.cancel("offer")
    heap.start("offer", 15)
    assert heap.next_at_us() == 15
    assert heap.pop_due(14) is None
