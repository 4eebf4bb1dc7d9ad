"""From the sections of a configuration to the rules that routing holds. Seconds become microseconds here."""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.clock import microseconds
from core.model.contact import Requirement
from core.model.destination import Destination, DestinationKind
from core.model.expression import ALWAYS, AllOf, Comparison, Expression, Operator, parse, parse_condition
from core.model.ids import AgentId, QueueName
from core.model.quality import PPM
from goldline.config import Config
from goldline.config_routing import (
    CallbackSection,
    CompareSection,
    DestinationSection,
    PolicySection,
    QueueSection,
    RatioSection,
    ReserveSection,
    StepSection,
    TierSection,
    WeightsSection,
)
from goldline.hours import opening_hours
from routing.rules import (
    CallbackRules,
    QueueRules,
    Queues,
    RatioGroup,
    Reserve,
    Rulebook,
    Step,
    TierRules,
    Turns,
    Weights,
)


def rulebook_of(config: Config) -> Rulebook:
    """Return the rules that `config` spells out."""
    return Rulebook(
        queues=Queues((QueueName(name), _queue(QueueName(name), it)) for name, it in config.queues.items()),
        tiers=_tiers(config.tiers),
        policies={name: _policy(policy) for name, policy in config.policies.items()},
        ratios=tuple(map(_ratio, config.ratios)),
        agent_attribute=config.rules.agent_attribute,
        outside=config.pbx.outside,
    )


def _policy(section: PolicySection) -> Mapping[str, TierRules]:
    return _tiers(section.tiers)


# --- tiers ---------------------------------------------------------------------------------------------


def _tiers(sections: Mapping[str, TierSection]) -> dict[str, TierRules]:
    return {name: _tier(name, section) for name, section in sections.items()}


def _tier(name: str, section: TierSection) -> TierRules:
    return TierRules(
        name=name,
        value=section.value,
        head_start_us=microseconds(section.head_start_s),
        choose=section.choose,
        weights=_weights(section.weights),
        prefer_us=microseconds(section.prefer_s),
        preferred_us=microseconds(section.preferred_bonus_s),
        reserve=_reserve(section.reserve) if section.reserve else None,
    )


def _weights(section: WeightsSection) -> Weights:
    return Weights(
        fit_us=microseconds(section.fit_s),
        delay=section.delay,
        satisfaction=section.satisfaction,
        level_us=microseconds(section.level_s),
        resolution_us=microseconds(section.resolution_s),
        price_us=microseconds(section.price_s),
        pace_us=microseconds(section.pace_s),
    )


def _reserve(section: ReserveSection) -> Reserve | None:
    """Return the reserve; of nobody is none, so that a policy can lift the one of its tier."""
    if not section.count:
        return None
    return Reserve(
        skill=section.skill,
        level=section.level,
        count=section.count,
        hold_us=microseconds(section.hold_s),
    )


# --- queues ----------------------------------------------------------------------------------------------


def _queue(name: QueueName, section: QueueSection) -> QueueRules:
    return QueueRules(
        name=name,
        requirements=_requirements(section.requirements),
        needs=parse(section.require) if section.require else ALWAYS,
        agent=AgentId(section.agent) if section.agent else None,
        skill=section.skill or "",
        credit_us=microseconds(section.weight_s),
        tiers=_tiers(section.tiers),
        policy=section.policy or "",
        compare=_compare(section.compare) if section.compare else None,
        steps=tuple(map(_step, section.steps)),
        recheck_us=microseconds(section.recheck_s),
        hours=opening_hours(section.hours) if section.hours else None,
        closed=_destination(section.closed),
        full=_destination(section.full),
        join=section.join,
        empty=_destination(section.empty),
        leave_empty_us=None if section.leave_empty_s is None else microseconds(section.leave_empty_s),
        resume_within_us=microseconds(section.resume_within_s),
        callback=_callback(section.callback) if section.callback else None,
        ring_timeout_us=microseconds(section.ring_timeout_s),
        accept_timeout_us=microseconds(section.accept_timeout_s),
        music=section.music,
        announce_first_us=microseconds(section.announce_first_s),
        announce_every_us=microseconds(section.announce_every_s),
        announce_edges_min=section.announce_edges_min,
        handle_expected_us=microseconds(section.handle_expected_s),
        length_max=section.length_max,
    )


def _requirements(levels: Mapping[str, int]) -> tuple[Requirement, ...]:
    return tuple(Requirement(skill=skill, minimum=level) for skill, level in sorted(levels.items()))


def _step(section: StepSection) -> Step:
    return Step(
        after_us=microseconds(section.after_s),
        for_us=microseconds(section.for_s),
        when=parse_condition(section.when) if section.when else None,
        needs=_needs(section),
        waive_menu=section.waive_menu,
        credit_us=microseconds(section.boost_s),
        end_hold=section.end_hold,
        end_preferred=section.end_preferred,
        to=_destination(section.to) if section.to else None,
    )


def _needs(section: StepSection) -> Expression | None:
    """Return what the step asks of an agent, None where it leaves that as it was."""
    if section.requirements is None and section.require is None:
        return None
    parts: list[Expression] = [
        Comparison(skill, Operator.AT_LEAST, level)
        for skill, level in sorted((section.requirements or {}).items())
    ]
    if section.require:
        parts.append(parse(section.require))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _destination(section: DestinationSection) -> Destination:
    ((key, value),) = ((key, value) for key, value in section if value)
    return Destination(DestinationKind(key), value if isinstance(value, str) else "")


def _compare(section: CompareSection) -> Turns:
    first, second = section.policies
    return Turns(
        policies=(first, second),
        block_us=microseconds(section.block_s),
        warm_up_us=microseconds(section.warm_up_s),
        seed=section.seed,
    )


def _callback(section: CallbackSection) -> CallbackRules:
    return CallbackRules(
        attempts_max=section.attempts_max,
        spacing_us=microseconds(section.spacing_s),
        ring_timeout_us=microseconds(section.ring_timeout_s),
        keep_us=microseconds(section.keep_s),
        open_max=section.open_max,
        shown_number=section.shown_number or "",
        key=section.key or "",
        offer=section.offer or "",
    )


def _ratio(section: RatioSection) -> RatioGroup:
    """Return the shares in millionths; what rounding leaves over goes to the first queue."""
    whole = sum(section.shares.values())
    shares = {QueueName(name): round(PPM * share / whole) for name, share in section.shares.items()}
    first = next(iter(shares))
    shares[first] += PPM - sum(shares.values())
    return RatioGroup(shares_ppm=shares, contact_us=microseconds(section.contact_s))
