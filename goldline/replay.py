"""`goldline replay`: a recorded run is fed to a fresh engine, which must decide the same.

The journal holds every input with a digest over all inputs and commands so far, so the first input after
which the digests part is the first that was handled differently. There the replay ends: what was recorded
later answers decisions that this engine did not take.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.kernel.errors import ConfigError
from goldline.app import build_brain, configured_agents
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.journal_file import DIGEST_CHARS, HashJournal, read_journal


def replay_journal(journal: Path, config_path: Path) -> dict[str, Any]:
    """Return the `inputs` replayed, the `journal_hash`, and the number of the `first_difference` or None.

    Raises `ConfigError` for an unreadable line, a file that is not named after its run, or a wrong
    configuration.
    """
    config = load_config(config_path)
    flows = load_flows(config, config_path.parent)
    brain = build_brain(config, flows, configured_agents(config), _run_of(journal))
    fresh = HashJournal()
    first_difference = None
    for sequence, (message, digest) in enumerate(read_journal(journal), start=1):
        fresh.write(sequence, message, brain.engine.handle(message))
        if fresh.digest()[:DIGEST_CHARS] != digest:
            first_difference = sequence
            break
    return {
        "inputs": fresh.inputs,
        "journal_hash": fresh.digest(),
        "first_difference": first_difference,
    }


def _run_of(journal: Path) -> int:
    """Return the number of the run, from which the engine made its ids."""
    number = journal.stem.rpartition("-")[2]
    if not (number.isascii() and number.isdigit()):
        raise ConfigError(str(journal), journal.name, "a name such as run-000012.journal")
    return int(number)
