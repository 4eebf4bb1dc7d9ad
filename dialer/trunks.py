"""Which trunk carries a call: the first of its campaign that serves the country and has a line to give.

A trunk takes so many calls per second, and has so many lines, whatever the pacer would like. One that refuses
calls rests, longer each time, and is tried with one call before it gets another (`dialer.back_off`); the next
in order carries them meanwhile. Where campaigns compete for a trunk, one that went short on it comes before
whoever has more lines for its share; nobody is kept from lines that no other wants.

A line is in use until its leg has ended, talk included. Nothing here knows the telephone system.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.kernel.clock import SECOND_US
from core.model.ids import NO_LEG, LegId
from dialer.back_off import BackOff, BackOffRules
from dialer.lines import TokenBucket

SHORT_US = 2 * SECOND_US
"""For how long after it went short a campaign counts as one that waits for lines: some ticks of a dialer."""

_UNDIALABLE = re.compile(r"[^0-9+]")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkRules:
    """One way out. A number is dialed as `address`, without `strip` at its front and behind `prefix`.

    Without `countries` it serves them all. Of its `lines_max`, `lines_kept` are left to calls that agents
    make. How it rests after refused calls is said by `back_off`.
    """

    name: str
    address: str = "PJSIP/{number}@trunk"
    strip: str = ""
    prefix: str = ""
    countries: tuple[str, ...] = ()
    calls_per_second: float = 10.0
    lines_max: int = 100
    lines_kept: int = 0
    back_off: BackOffRules = field(default_factory=BackOffRules)

    def address_of(self, number: str) -> str:
        """Return what is dialed for the E.164 `number`; nothing but digits and the plus of it gets there."""
        dialable = _UNDIALABLE.sub("", number)
        return self.address.replace("{number}", self.prefix + dialable.removeprefix(self.strip))

    def serves(self, country: str) -> bool:
        """Tell whether numbers of the country go this way."""
        return not self.countries or country in self.countries


@dataclass(frozen=True, slots=True, kw_only=True)
class TrunkUse:
    """What a campaign may use: the `trunks` in order, all of them where none is named.

    Of lines that other campaigns want as well it has a `share`, in proportion to theirs.
    """

    trunks: tuple[str, ...] = ()
    share: int = 1


EVERY_TRUNK = TrunkUse()


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one call goes out."""

    trunk: str
    address: str


@dataclass(slots=True)
class _Trunk:
    """A trunk at work; on `trial` is the call that shows whether one that rested carries again."""

    rules: TrunkRules
    bucket: TokenBucket
    back_off: BackOff
    in_use: dict[str, int] = field(default_factory=dict)
    short_us: dict[str, int] = field(default_factory=dict)
    trial: LegId = NO_LEG

    def lines(self, campaign: str) -> int:
        return self.in_use.get(campaign, 0)


class Trunks:
    """All trunks, and who uses which line; `uses` says what each campaign may use."""

    def __init__(self, rules: Sequence[TrunkRules], uses: Mapping[str, TrunkUse]) -> None:
        self._trunks = {
            each.name: _Trunk(each, TokenBucket(each.calls_per_second), BackOff(each.back_off))
            for each in rules
        }
        self._uses = uses
        self._by_leg: dict[LegId, tuple[_Trunk, str]] = {}

    def room(self, campaign: str, wanted: int, now_us: int, *, by_agent: bool = False) -> int:
        """Return how many of `wanted` calls may go now, over all its trunks; who gets fewer went short."""
        room = sum(self._room(trunk, campaign, now_us, by_agent) for trunk in self._of(campaign))
        if room < wanted:
            self._went_short(campaign, now_us)
        return min(room, wanted)

    def has_lines(self, campaign: str, now_us: int) -> bool:
        """Tell whether any of its trunks has a line left, and does not rest."""
        return any(
            not trunk.back_off.rests(now_us)
            and sum(trunk.in_use.values()) < trunk.rules.lines_max - trunk.rules.lines_kept
            for trunk in self._of(campaign)
        )

    def take(
        self,
        leg_id: LegId,
        campaign: str,
        number: str,
        country: str,
        now_us: int,
        *,
        besides: Sequence[str] = (),
        by_agent: bool = False,
    ) -> Way | None:
        """Use a line for the leg; None where no trunk but those in `besides` may carry the call now."""
        for trunk in self._of(campaign):
            rules = trunk.rules
            if rules.name in besides or not rules.serves(country):
                continue
            if self._room(trunk, campaign, now_us, by_agent) > 0:
                trunk.bucket.take(1)
                trunk.trial = leg_id if trunk.back_off.is_failing else NO_LEG
                self._use(trunk, campaign, leg_id)
                return Way(trunk=rules.name, address=rules.address_of(number))
        self._went_short(campaign, now_us)
        return None

    def serve(self, campaign: str, country: str) -> bool:
        """Tell whether numbers of the country can go out over any trunk of the campaign at all."""
        return any(trunk.rules.serves(country) for trunk in self._of(campaign))

    def carries(self, campaign: str, country: str, now_us: int, *, besides: Sequence[str]) -> bool:
        """Tell whether any trunk but those in `besides` might carry a call of the campaign now."""
        return any(
            trunk.rules.name not in besides
            and trunk.rules.serves(country)
            and not trunk.back_off.rests(now_us)
            for trunk in self._of(campaign)
        )

    def adopt(self, leg_id: LegId, campaign: str, trunk: str) -> None:
        """Count the line of a leg that an earlier run dialed; a trunk nobody knows any more has none."""
        if trunk in self._trunks and leg_id not in self._by_leg:
            self._use(self._trunks[trunk], campaign, leg_id)

    def refused(self, trunk_name: str, ordered_us: int, now_us: int) -> None:
        """Count a call that a trunk would not carry; let it rest where there were too many in a row."""
        trunk = self._trunks.get(trunk_name)
        if trunk is not None:
            trunk.back_off.failed(ordered_us, now_us)

    def carried(self, trunk_name: str, ordered_us: int) -> None:
        """Take note that a trunk carries calls: a number was reached, or found not to answer."""
        trunk = self._trunks.get(trunk_name)
        if trunk is not None:
            trunk.back_off.succeeded(ordered_us)

    def are_failing(self, campaign: str) -> bool:
        """Tell whether every trunk of the campaign has refused so many calls that it is only tried."""
        return all(trunk.back_off.is_failing for trunk in self._of(campaign))

    def ended(self, leg_id: LegId) -> None:
        """Free the line of the leg, if it has one."""
        trunk, campaign = self._by_leg.pop(leg_id, (None, ""))
        if trunk is not None:
            trunk.in_use[campaign] -= 1
            if trunk.trial == leg_id:
                trunk.trial = NO_LEG

    # --- inside ------------------------------------------------------------------------------------

    def _of(self, campaign: str) -> list[_Trunk]:
        named = self._uses[campaign].trunks
        return [self._trunks[name] for name in named] if named else list(self._trunks.values())

    def _use(self, trunk: _Trunk, campaign: str, leg_id: LegId) -> None:
        trunk.in_use[campaign] = trunk.lines(campaign) + 1
        self._by_leg[leg_id] = (trunk, campaign)

    def _room(self, trunk: _Trunk, campaign: str, now_us: int, by_agent: bool) -> int:
        kept = 0 if by_agent else trunk.rules.lines_kept
        lines = trunk.rules.lines_max - kept - sum(trunk.in_use.values())
        room = max(0, min(lines, trunk.bucket.free(now_us), self._fair_room(trunk, campaign, now_us)))
        return trunk.back_off.room(room, now_us, is_tried=trunk.trial != NO_LEG)

    def _fair_room(self, trunk: _Trunk, campaign: str, now_us: int) -> int:
        """Return how many more lines it may have before one that went short has fewer for its share."""
        share, lines = self._uses[campaign].share, trunk.lines(campaign)
        rooms = [
            trunk.lines(other) * share // self._uses[other].share + 1 - lines
            for other, short_us in trunk.short_us.items()
            if other != campaign and now_us - short_us <= SHORT_US
        ]
        return min(rooms, default=trunk.rules.lines_max)

    def _went_short(self, campaign: str, now_us: int) -> None:
        for trunk in self._of(campaign):
            trunk.short_us[campaign] = now_us
