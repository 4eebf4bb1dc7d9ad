"""What a step has brought: where the call goes from here, or what its caller is asked once more.

It changes nothing but what the dialogue itself keeps.
"""

from __future__ import annotations

from typing import NamedTuple

from core.kernel.clock import microseconds
from core.kernel.errors import InvariantBroken
from core.model.contact import ContactTrigger
from core.model.events import StepFinished
from core.model.message import Event
from ivr.dialogue import Dialogue
from ivr.digits import Entry, judge_choice, judge_entry
from ivr.nodes import (
    NO_PROMPT,
    Answer,
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


class Heard(NamedTuple):
    """What follows: the node `to`, or the next step of the node in hand, after `opening`; else the end.

    `chosen`: the caller chose that node in a menu.
    """

    to: NodeName | None = None
    once_more: bool = False
    opening: PromptName = NO_PROMPT
    chosen: bool = False


_THE_END = Heard()
_ONCE_MORE = Heard(once_more=True)


def hear(dialogue: Dialogue, event: StepFinished) -> Heard:
    """Return what follows the end of the step that the node in hand had asked for."""
    match dialogue.node:
        case Answer(next=following) | Play(next=following) | Say(next=following) | TellWait(next=following):
            return Heard(following)
        case Menu() as menu:
            return _choice(dialogue, menu, event)
        case Collect() as collect:
            return _entry(dialogue, collect, event)
        case Balance(next=following):
            # Who has heard it and hangs up was served, and did not leave in vain.
            dialogue.if_gone = ContactTrigger.FINISH
            return Heard(following)
        case Record() as record:
            return _message(dialogue, record, event)
        case Callback():
            return _THE_END
    raise InvariantBroken(f"{type(dialogue.node).__name__} takes no step, yet one was awaited")


def _choice(dialogue: Dialogue, menu: Menu, event: StepFinished) -> Heard:
    if not (menu.barge_in or dialogue.prompted):
        dialogue.prompted = True
        return _ONCE_MORE
    entry = judge_choice(event.digits, event.outcome, tuple(menu.options))
    if entry is not Entry.ACCEPTED:
        return _another_try(dialogue, menu, entry)
    choice = menu.options[event.digits]
    dialogue.contact.choices += (choice,)
    return Heard(choice, chosen=True)


def _entry(dialogue: Dialogue, collect: Collect, event: StepFinished) -> Heard:
    entry = judge_entry(event.digits, event.outcome, collect.digits_min, collect.digits_max)
    if entry is not Entry.ACCEPTED:
        return _another_try(dialogue, collect, entry)
    dialogue.variables[collect.into] = event.digits
    return Heard(collect.next)


def _another_try(dialogue: Dialogue, node: Menu | Collect, entry: Entry) -> Heard:
    dialogue.tries += 1
    dialogue.prompted = False
    if dialogue.tries > node.retries:
        return Heard(node.exhausted)
    return Heard(once_more=True, opening=node.silent if entry is Entry.SILENT else node.invalid)


def _message(dialogue: Dialogue, record: Record, event: StepFinished) -> Heard:
    if dialogue.if_gone is ContactTrigger.RECORD:
        return _THE_END  # it was the thanks that ended
    kept = keep_message(dialogue, record, event.outcome, event)
    return _ONCE_MORE if kept and record.thanks else _THE_END


def keep_message(dialogue: Dialogue, record: Record, outcome: str, why: Event) -> bool:
    """Take what was recorded for a message; tell whether it was long enough to be one."""
    silence_us = microseconds(record.silence_s) if outcome == "timeout" else 0
    spoken_us = why.at_us - dialogue.step_began_us - silence_us
    if outcome == "failed" or spoken_us < microseconds(record.shortest_s):
        return False
    dialogue.if_gone = ContactTrigger.RECORD
    return True
