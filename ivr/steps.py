"""From a node and the state of its dialogue to the step the telephone system is asked for. Pure."""

from __future__ import annotations

from core.kernel.clock import microseconds
from core.kernel.errors import InvariantBroken
from core.model.commands import AnswerLeg, CollectDigits, DialogueStep, PlayPrompt, RecordMessage
from core.model.contact import ContactTrigger
from core.model.prompts import Prompt
from ivr.dialogue import Dialogue
from ivr.digits import KEYS
from ivr.nodes import (
    Answer,
    AnyNode,
    Balance,
    Callback,
    Collect,
    Menu,
    NodeName,
    Play,
    PromptName,
    Record,
    Say,
    TellWait,
)
from ivr.values import is_private, spoken, value_of


def step_for(dialogue: Dialogue, step: str, opening: PromptName) -> DialogueStep | None:
    """Return the step, named `step`, that the node in hand needs now.

    `opening` is what a caller hears first who is asked again. None where there is nothing to say: the
    value does not exist, or is private and the caller has not proved who is calling.
    """
    match dialogue.node:
        case Answer():
            return AnswerLeg(leg_id=dialogue.contact.leg_id, step=step)
        case Play(prompt=prompt, barge_in=barge_in):
            return _play(dialogue, step, dialogue.say(prompt), KEYS if barge_in else "")
        case Menu() as menu:
            return _menu(dialogue, step, menu, opening)
        case Collect() as collect:
            return _collect(dialogue, step, collect, opening)
        case Say() as say:
            return _value(dialogue, step, say)
        case TellWait(prompt=prompt):
            wait = dialogue.prompts.wait(*dialogue.wait_min)
            return _play(dialogue, step, dialogue.say(prompt) + wait)
        case Balance() as balance:
            return _balance(dialogue, step, balance)
        case Record() as record:
            return _record(dialogue, step, record)
        case Callback(thanks=thanks):
            return _play(dialogue, step, dialogue.say(thanks))
    return None


def _play(dialogue: Dialogue, step: str, prompt: Prompt, stop_digits: str = "") -> PlayPrompt:
    contact = dialogue.contact
    return PlayPrompt(
        leg_id=contact.leg_id, step=step, prompt=prompt, language=contact.language, stop_digits=stop_digits
    )


def _menu(dialogue: Dialogue, step: str, menu: Menu, opening: PromptName) -> DialogueStep:
    whole = dialogue.say(opening, menu.prompt)
    if not (menu.barge_in or dialogue.prompted):
        return _play(dialogue, step, whole)
    return CollectDigits(
        leg_id=dialogue.contact.leg_id,
        step=step,
        prompt=whole if menu.barge_in else (),
        language=dialogue.contact.language,
        digits_max=1,
        terminators="",
        first_timeout_us=microseconds(menu.timeout_s),
        next_timeout_us=microseconds(menu.timeout_s),
    )


def _collect(dialogue: Dialogue, step: str, collect: Collect, opening: PromptName) -> CollectDigits:
    return CollectDigits(
        leg_id=dialogue.contact.leg_id,
        step=step,
        prompt=dialogue.say(opening, collect.prompt),
        language=dialogue.contact.language,
        digits_max=collect.digits_max,
        terminators=collect.terminators,
        first_timeout_us=microseconds(collect.first_timeout_s),
        next_timeout_us=microseconds(collect.next_timeout_s),
    )


def _value(dialogue: Dialogue, step: str, say: Say) -> PlayPrompt | None:
    if is_private(say.of) and not dialogue.verified:
        return None
    text = value_of(say.of, dialogue.contact, dialogue.variables) if say.of else say.value
    customer = dialogue.contact.customer
    of_customer = customer is not None and say.of == "customer.balance"
    currency = customer.currency if customer is not None and of_customer else say.currency
    value = spoken(say.what, text, currency, dialogue.prompts)
    return None if value is None else _play(dialogue, step, dialogue.say(say.prompt) + value)


def _balance(dialogue: Dialogue, step: str, balance: Balance) -> PlayPrompt | None:
    customer = dialogue.contact.customer
    if customer is None or customer.balance_cents is None or not dialogue.verified:
        return None
    amount = dialogue.prompts.amount(customer.balance_cents, customer.currency)
    return _play(dialogue, step, dialogue.say(balance.prompt) + amount)


def _record(dialogue: Dialogue, step: str, record: Record) -> DialogueStep:
    if dialogue.if_gone is ContactTrigger.RECORD:
        return _play(dialogue, step, dialogue.say(record.thanks))
    return RecordMessage(
        leg_id=dialogue.contact.leg_id,
        step=step,
        recording=dialogue.contact.contact_id,
        duration_max_us=microseconds(record.longest_s),
        silence_us=microseconds(record.silence_s),
        terminators=record.terminators,
    )


def unsaid(node: AnyNode) -> NodeName:
    """Return where a node leads that has nothing to say."""
    match node:
        case Say() as say:
            return say.missing or say.next
        case Balance() as balance:
            return balance.unavailable
    raise InvariantBroken(f"{type(node).__name__} has no step")
