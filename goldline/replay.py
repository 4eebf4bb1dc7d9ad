"""`goldline replay`: a recorded run is fed to a fresh engine, which must decide the same.

The journal holds every input with a digest over all inputs and commands so far, so the first input after
which the digests part is the first that was handled differently.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from goldline.app import build_brain, configured_agents
from goldline.config import load_config
from goldline.flows import load_flows
from goldline.journal_file import DIGEST_CHARS, HashJournal, read_journal


def replay_journal(journal: Path, config_path: Path) -> dict[str, Any]:
    """Return `inputs`, the `journal_hash`, and the number of the `first_difference` or None.

    Raises `ConfigError` for an unreadable line or a wrong configuration.
    """
    config = load_config(config_path)
    flows = load_flows(config, config_path.parent)
    run = int(journal.stem.rpartition("-")[2])
    brain = build_brain(config, flows, configured_agents(config), run)
    fresh = HashJournal()
    first_difference = None
    for sequence, (message, digest) in enumerate(read_journal(journal), start=1):
        fresh.write(sequence, message, brain.engine.handle(message))
        if first_difference is None and fresh.digest()[:DIGEST_CHARS] != digest:
            first_difference = sequence
    return {
        "inputs": fresh.inputs,
        "journal_hash": fresh.digest(),
        "first_difference": first_difference,
    }
