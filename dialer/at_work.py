"""What is set at work, laid over the rules of the configuration file; and what of it may be.

Pure: the rules of the file and what was set go in, the rules that hold come out. What is as the file has it
is not kept as set at work, so that it follows the file when that is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from core.kernel.clock import SECOND_US
from core.kernel.errors import RequestRefused
from core.kernel.record import asdict
from core.model.at_work import AtWork, OutcomeRecycling, Pacing, RecyclingChange
from core.model.disposition import SYSTEM
from core.model.quality import PPM
from dialer.campaign import CampaignRules, Mode
from dialer.recycling import RecycleRule, Recycling

LINES_MAX = 10_000
"""As in the configuration file, like the limits that follow."""
LINES_PER_AGENT_MAX = 20
ATTEMPTS_MAX = 100
DELAY_MAX_S = 90 * 86_400

Part = TypeVar("Part", Pacing, OutcomeRecycling)


def rules_with(configured: CampaignRules, at_work: AtWork) -> CampaignRules:
    """Return the rules that hold: those of the file, but for what is set at work."""
    pacing = at_work.pacing
    return replace(
        configured,
        mode=Mode(pacing.mode or configured.mode),
        lines_max=pacing.lines_max or configured.lines_max,
        lines_per_agent=(pacing.lines_per_agent_ppm or 0) / PPM or configured.lines_per_agent,
        share_max=(pacing.share_max_ppm or 0) / PPM or configured.share_max,
        recycling=recycling_with(configured.recycling, at_work.recycling),
    )


def recycling_with(configured: Recycling, change: RecyclingChange) -> Recycling:
    """Return how a campaign comes back to its leads: as the file has it, but for what is set at work."""
    changed = {each.code: _rule_with(configured.rules.get(each.code), each) for each in change.outcomes}
    return replace(
        configured,
        rules={**configured.rules, **changed},
        attempts_max=_or(change.attempts_max, configured.attempts_max),
        a_day_max=_or(change.a_day_max, configured.a_day_max),
    )


def _rule_with(configured: RecycleRule | None, change: OutcomeRecycling) -> RecycleRule:
    rule = configured or RecycleRule()
    return replace(
        rule,
        delay_us=_or(change.delay_us, rule.delay_us),
        spread_us=_or(change.spread_us, rule.spread_us),
        attempts_max=_or(change.attempts_max, rule.attempts_max),
    )


def pacing_of(rules: CampaignRules) -> Pacing:
    """Return how a campaign paces by its rules, all of it."""
    return Pacing(
        mode=rules.mode,
        lines_max=rules.lines_max,
        lines_per_agent_ppm=round(PPM * rules.lines_per_agent),
        share_max_ppm=round(PPM * rules.share_max),
    )


def _or(wished: int | None, otherwise: int) -> int:
    return otherwise if wished is None else wished


# --- what is kept as set at work ------------------------------------------------------------------------


def pacing_kept(configured: CampaignRules, before: Pacing, wish: Pacing) -> Pacing:
    """Return what is set at work of the pacing, where `wish` comes to what was set `before`."""
    return _apart_from(pacing_of(configured), _laid_over(before, wish))


def recycling_kept(configured: Recycling, before: RecyclingChange, wish: RecyclingChange) -> RecyclingChange:
    """Return what is set at work of the recycling, where `wish` comes to what was set `before`."""
    outcomes = {each.code: each for each in before.outcomes}
    for each in wish.outcomes:
        outcomes[each.code] = _laid_over(outcomes.get(each.code, each), each)
    kept = (_outcome_kept(configured.rules.get(code), each) for code, each in sorted(outcomes.items()))
    return RecyclingChange(
        attempts_max=_limit_kept(configured.attempts_max, before.attempts_max, wish.attempts_max),
        a_day_max=_limit_kept(configured.a_day_max, before.a_day_max, wish.a_day_max),
        outcomes=tuple(each for each in kept if each != OutcomeRecycling(code=each.code)),
    )


def _limit_kept(configured: int, before: int | None, wish: int | None) -> int | None:
    limit = before if wish is None else wish
    return None if limit == configured else limit


def _outcome_kept(configured: RecycleRule | None, change: OutcomeRecycling) -> OutcomeRecycling:
    """Return a change without what the file has; all of it where the result is final by the file."""
    if configured is None:
        return change
    as_configured = OutcomeRecycling(
        code="",  # no result's, so that the code stays
        delay_us=configured.delay_us,
        spread_us=configured.spread_us,
        attempts_max=configured.attempts_max,
    )
    return _apart_from(as_configured, change)


def _laid_over(before: Part, wish: Part) -> Part:
    said = {key: value for key, value in asdict(wish).items() if value is not None}
    return type(before)(**(asdict(before) | said))


def _apart_from(configured: Part, kept: Part) -> Part:
    file = asdict(configured)
    return type(kept)(**{key: value for key, value in asdict(kept).items() if value != file[key]})


def names_set(at_work: AtWork) -> tuple[str, ...]:
    """Return what is set at work by the names that the API has for it, such as `recycling.busy`."""
    recycling = at_work.recycling
    limits = (("attempts_max", recycling.attempts_max), ("attempts_a_day_max", recycling.a_day_max))
    said = (*asdict(at_work.pacing).items(), *limits)
    outcomes = (f"recycling.{each.code}" for each in recycling.outcomes)
    return (*(key.removesuffix("_ppm") for key, value in said if value is not None), *outcomes)


# --- what may be set ----------------------------------------------------------------------------------


def check_pacing(configured: CampaignRules, wish: Pacing) -> None:
    """Refuse a pacing that the campaign or its laws do not allow."""
    if wish.mode is not None:
        _check_mode(configured, wish.mode)
    _hold_within("lines_max", wish.lines_max, 1, LINES_MAX)
    _hold_within("lines_per_agent_ppm", wish.lines_per_agent_ppm, PPM, LINES_PER_AGENT_MAX * PPM)
    _hold_within("share_max_ppm", wish.share_max_ppm, 1, _least_cap_ppm(configured))


def check_recycling(configured: CampaignRules, wish: RecyclingChange) -> None:
    """Refuse limits out of their ranges, and results after which no lead comes up again."""
    _hold_within("attempts_max", wish.attempts_max, 1, ATTEMPTS_MAX)
    _hold_within("a_day_max", wish.a_day_max, 1, ATTEMPTS_MAX)
    for each in wish.outcomes:
        check_outcome(configured, each.code)
        if each.delay_us is None and each.code not in configured.recycling.rules:
            raise RequestRefused("delay_needed", f"{each.code} is final by the file: say its delay_us too")
        _hold_within("delay_us", each.delay_us, 0, DELAY_MAX_S * SECOND_US, of=each.code)
        _hold_within("spread_us", each.spread_us, 0, DELAY_MAX_S * SECOND_US, of=each.code)
        _hold_within("attempts_max", each.attempts_max, 0, ATTEMPTS_MAX, of=each.code)


def check_outcome(configured: CampaignRules, code: str) -> None:
    """Refuse a result that is the agent's last word by the file: who bought or refused is left alone."""
    known = sorted({*SYSTEM, *configured.recycling.rules})
    if code not in known:
        raise RequestRefused("unknown_result", f"{code!r} is none of: {', '.join(known)}")


def still_allowed(configured: CampaignRules, kept: AtWork) -> AtWork:
    """Return what an earlier run kept, without what the file of today does not allow (any more)."""
    pacing = Pacing()
    for each in _one_by_one(kept.pacing):
        with suppress(RequestRefused):
            check_pacing(configured, each)
            pacing = pacing_kept(configured, pacing, each)
    recycling = RecyclingChange()
    limits = RecyclingChange(attempts_max=kept.recycling.attempts_max, a_day_max=kept.recycling.a_day_max)
    for change in (limits, *(RecyclingChange(outcomes=(each,)) for each in kept.recycling.outcomes)):
        with suppress(RequestRefused):
            check_recycling(configured, change)
            recycling = recycling_kept(configured.recycling, recycling, change)
    return AtWork(pacing=pacing, recycling=recycling)


def _one_by_one(pacing: Pacing) -> Iterator[Pacing]:
    """Yield what is said of a pacing, each alone."""
    return (Pacing(**{key: value}) for key, value in asdict(pacing).items() if value is not None)


def _hold_within(key: str, value: int | None, least: int, most: int, *, of: str = "") -> None:
    if value is not None and not least <= value <= most:
        where = f"{of}.{key}" if of else key
        raise RequestRefused(f"{key}_out_of_range", f"{where}: {value} is not within {least} to {most}")


def _least_cap_ppm(rules: CampaignRules) -> int:
    return round(PPM * min((cap.share for cap in rules.law.abandonment), default=1.0))


def _check_mode(rules: CampaignRules, name: str) -> None:
    if name not in list(Mode):
        raise RequestRefused("unknown_mode", f"mode: {name!r} is none of: {', '.join(Mode)}")
    if name == Mode.AGENTLESS and not rules.flow:
        raise RequestRefused("no_flow", f"{rules.name} has no flow for people to hear without agents")
