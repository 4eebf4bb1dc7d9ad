"""One call as its caller makes it: who calls where, and everything random about it.

What is random about a call belongs to the call. It is drawn by key: the entry of `[[arrivals]]` that the
call comes from, its number there, and the purpose of the draw. So under another staffing or other rules
the very same people call, are as patient and talk as long as before (common random numbers), however
differently their day unfolds. A trace may give some of it; what is given is not drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from core.kernel.record import Struct, replace
from core.kernel.rng import KeyedDraws
from simulator.customers import Person
from simulator.demand import ArrivalsEntry
from simulator.draws import Duration, happens
from simulator.trace import Arrival

NTH = 1 << 32
_ATTEMPT = 1 << 40
"""Places of a key: call number below, then the how-manieth draw of a purpose, then the attempt."""


class Origin:
    """One entry of `[[arrivals]]` at work: it numbers its calls, and all their draws come from it.

    People on lists are dialed, and no arrivals: theirs are the draws of another `table`.
    """

    def __init__(self, entry: ArrivalsEntry, place: int, seed: int, table: str = "arrivals") -> None:
        self.entry = entry
        self.place = place
        self._seed = seed
        self._name = f"{table}/{place}"
        self._numbered = 0
        self._families: dict[str, KeyedDraws] = {}

    def next_number(self) -> int:
        """Return the number of the next call."""
        self._numbered += 1
        return self._numbered

    def stream(self, purpose: str, key: int) -> Random:
        """Return the stream for one draw; draw at once, the next stream takes its place."""
        family = self._families.get(purpose)
        if family is None:
            family = self._families[purpose] = KeyedDraws(self._seed, f"{self._name}/{purpose}")
        return family.of(key)


class Call(Struct, frozen=True, kw_only=True):
    """A call somebody makes; `key` says which of its origin's it is, and which attempt at it."""

    key: int
    origin: Origin
    arrival: Arrival
    dialed_number: str
    person: Person
    patience: Duration

    def stream(self, purpose: str, nth: int = 0) -> Random:
        """Return the stream for the `nth` draw for `purpose`; draw at once, as with `Origin.stream`."""
        return self.origin.stream(purpose, self.key + nth * NTH)

    def patience_us(self) -> int:
        """Return how long the caller is willing to hear music."""
        given = self.arrival.patience_us
        return self.patience.draw_us(self.lasting_stream("patience")) if given is None else given

    def is_missed(self, share: float, ring: int) -> bool:
        """Return whether the agent whose phone is the `ring`-th to ring for the call lets it ring out.

        As given, or in a `share` of all cases.
        """
        given = self.arrival.missed
        return happens(share, self.stream("misses", ring)) if given is None else ring <= given

    def answer_us(self, usual: Duration, ring: int) -> int:
        """Return how long that phone rings until it is answered: as given, or drawn from what is `usual`."""
        given = self.arrival.answer_us
        return usual.draw_us(self.stream("answers", ring)) if given is None else given

    def talk_us(self, usual: Duration) -> int:
        """Return how long the matter takes to talk about: as given, or drawn from what is `usual`."""
        given = self.arrival.talk_us
        if given is not None:
            return given
        return (self.origin.entry.talk or usual).draw_us(self.lasting_stream("talk"))

    def wrap_up_us(self, usual: Duration) -> int:
        """Return how much work the call leaves: as given, or drawn from what is `usual`."""
        given = self.arrival.wrap_up_us
        return usual.draw_us(self.lasting_stream("wrap_up")) if given is None else given

    def is_settled(self, share: float) -> bool:
        """Return whether an agent who settles a `share` of such matters settles this one.

        Of two agents the better one settles all that the other does.
        """
        return happens(share, self.stream("outcome"))

    def result(self, weights: Mapping[str, float]) -> str:
        """Return what the call comes to, of several results in proportion to their weights."""
        return self.stream("result").choices(list(weights), list(weights.values()))[0]

    def about(self, talk_us: int) -> Call:
        """Return the call with a matter that takes so long to talk about."""
        return replace(self, arrival=self.arrival._replace(talk_us=talk_us))

    def again(self) -> Call:
        """Return the same person's next attempt: as patient as before, and with the same matter."""
        return replace(self, key=self.key + _ATTEMPT)

    def lasting_stream(self, purpose: str) -> Random:
        """Return the stream for the one draw for `purpose` that holds for all attempts."""
        return self.origin.stream(purpose, self.key % _ATTEMPT)
