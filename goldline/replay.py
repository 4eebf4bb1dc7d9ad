"""`goldline replay`: a recorded run is fed to a fresh engine, which must decide the same.

The journal holds every input with a digest over all inputs and commands so far, so the first input after
which the digests part is the first that was handled differently. There the replay ends: what was recorded
later answers decisions that this engine did not take. What other rules would have made of the same day is
another question (`goldline.counterfactual`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from core.model.message import Command, Event
from goldline.app import Brain, build_brain, configured_agents
from goldline.config import load_config
from goldline.flows import flow_texts, load_flows, parse_flows
from goldline.journal_file import DIGEST_CHARS, HashJournal, read_journal
from goldline.journal_head import JournalHead, read_head, rules_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One input of the recorded run and what the engine makes of it now."""

    message: Event
    commands: list[Command]
    digest: str
    as_recorded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One key of the configuration that is not as it was when the run was recorded."""

    key: str
    recorded: Any
    now: Any


def replay_journal(journal: Path, config: Path | None = None) -> dict[str, Any]:
    """Return the `inputs` replayed, the `journal_hash`, and the number of the `first_difference` or None.

    The rules are those the journal was recorded under, or those of the file `config`. Raises `ConfigError`
    for a journal that cannot be read and a wrong configuration.
    """
    head = read_head(journal)
    return replay(journal, head if config is None else under_rules(head, config))


def replay(journal: Path, head: JournalHead) -> dict[str, Any]:
    """Replay the inputs of `journal` on the engine that `head` describes; see `replay_journal`."""
    inputs, digest, first_difference = 0, HashJournal().digest(), None
    for inputs, turn in enumerate(turns(journal, brain_of(head)), start=1):
        digest = turn.digest
        if not turn.as_recorded:
            first_difference = inputs
            break
    return {"inputs": inputs, "journal_hash": digest, "first_difference": first_difference}


def turns(journal: Path, brain: Brain) -> Iterator[Turn]:
    """Yield every input of `journal` with what `brain` makes of it."""
    fresh = HashJournal()
    for sequence, (message, recorded) in enumerate(read_journal(journal), start=1):
        commands = brain.engine.handle(message)
        fresh.write(sequence, message, commands)
        digest = fresh.digest()
        same = digest[:DIGEST_CHARS] == recorded
        yield Turn(message=message, commands=commands, digest=digest, as_recorded=same)


def turns_as_recorded(journal: Path, brain: Brain) -> Iterator[Turn]:
    """Yield the same; raise `ConfigError` at the first input on which this engine decides otherwise."""
    for number, turn in enumerate(turns(journal, brain), start=1):
        if not turn.as_recorded:
            raise ConfigError(f"{journal}: input {number}", "another decision", "what this version decides")
        yield turn


def brain_of(head: JournalHead) -> Brain:
    """Return the engine that a journal's head describes, as it was before the first input."""
    return build_brain(head.config, parse_flows(head.config, head.flows), head.agents, head.run)


def under_rules(head: JournalHead, path: Path) -> JournalHead:
    """Return the head that the run would have had under the configuration in the file at `path`.

    Agents whom that file does not name stay as they were. Raises `ConfigError` for a wrong configuration.
    """
    config = load_config(path)
    load_flows(config, path.parent)
    agents = {**head.agents, **configured_agents(config)}
    return replace(head, config=config, flows=flow_texts(config, path.parent), agents=agents)


def decides_otherwise(journal: Path, config: Path) -> bool:
    """Tell whether the rules in the file `config` are other than those that `journal` was recorded under."""
    head = read_head(journal)
    return bool(changes(head, under_rules(head, config)))


def changes(recorded: JournalHead, now: JournalHead) -> list[Change]:
    """Return what decisions may depend on and is different `now`, key by key."""
    old, new = _leaves(recorded), _leaves(now)
    return [
        Change(key=key, recorded=old.get(key), now=new.get(key))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    ]


def _leaves(head: JournalHead) -> dict[str, Any]:
    """Return all that decisions may depend on by dotted key; a flow goes by its name and a digest."""
    rules = rules_table(head.config)
    del rules["ivr"]["flows"]  # where the texts lie
    names = parse_flows(head.config, head.flows)
    texts = zip(names, head.flows.values(), strict=True)
    rules["flows"] = {name: hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARS] for name, text in texts}
    rules["agents"] = {agent_id: {"skills": dict(agent.skills)} for agent_id, agent in head.agents.items()}
    return dict(_flat(rules, ""))


def _flat(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value
