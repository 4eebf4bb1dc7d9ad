"""The head of a journal: all that a replay needs besides the inputs, so that the file alone is enough.

It is the first line, one JSON object: the number of the run, the configuration as it took effect, the
texts of the flow files, who the agents are, and for a simulated run the scenario's name and the seed.
What only says where the program's doors are is left out, and so is every secret, by its type.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from core.kernel import json_text
from core.kernel.errors import ConfigError
from core.model.agent import AgentProfile
from core.model.ids import AgentId
from goldline.config import Config, PbxSection, parse_config
from goldline.flows import flow_texts

FORMAT = 1
"""The version of the journal's format; a journal of another one is refused, never guessed at."""
TOLD_OF = "pbx.phones_secret"
"""A secret of which decisions depend on whether there is one: without it no phone is answered from a desk."""
HELD_BACK = "held back"
"""What stands for it in a journal."""
DOORS = (
    *(f"pbx.{key}" for key in PbxSection.model_fields if key not in ("outside", "phones_secret")),
    *("agi", "desk", "work_door", "web", "journal", "log", "crm.spool"),
)
"""What no decision depends on: where to connect, what to write down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalHead:
    """What a run was made of. `flows` are the texts by file; `seed` is None where nothing was simulated."""

    run: int
    config: Config
    flows: Mapping[str, str]
    agents: Mapping[AgentId, AgentProfile]
    scenario: str = ""
    seed: int | None = None

    def line(self) -> bytes:
        """Return the head as the first line of a journal, without a line end."""
        return json_text.encode(
            {
                "goldline_journal": FORMAT,
                "run": self.run,
                "scenario": self.scenario,
                "seed": self.seed,
                "agents": {agent_id: _profile_table(agent) for agent_id, agent in self.agents.items()},
                "config": rules_table(self.config),
                "flows": dict(self.flows),
            }
        )


def head_of_run(
    config: Config,
    folder: Path,
    agents: Mapping[AgentId, AgentProfile],
    run: int,
    *,
    scenario: str = "",
    seed: int | None = None,
) -> JournalHead:
    """Return the head for a run of `config`, whose file lies in `folder`."""
    return JournalHead(
        run=run,
        config=config,
        flows=flow_texts(config, folder),
        agents=agents,
        scenario=scenario,
        seed=seed,
    )


def read_head(path: Path) -> JournalHead:
    """Return the head of the journal at `path`; raise `ConfigError` where it has none that can be read."""
    with path.open("rb") as lines:
        line = lines.readline()
    where = f"{path}:1"
    try:
        table = json_text.decode(line)
        if not isinstance(table, dict) or table.get("goldline_journal") != FORMAT:
            raise ConfigError(where, _begun(line), f"expected the head of a journal of format {FORMAT}")
        return JournalHead(
            run=table["run"],
            config=parse_config(table["config"], where),
            flows=table["flows"],
            agents={AgentId(name): _profile(AgentId(name), agent) for name, agent in table["agents"].items()},
            scenario=table["scenario"],
            seed=table["seed"],
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        allowed = "expected the head of a journal, as `serve` and `simulate --journal` write it"
        raise ConfigError(where, _begun(line), allowed) from error


def _begun(line: bytes) -> str:
    """Return how the line begins, fit to be shown."""
    return line[:60].decode(errors="replace").rstrip()


def rules_table(config: Config) -> dict[str, Any]:
    """Return what of `config` decisions may depend on, as its file would spell it, without any secret."""
    return _open_fields(config, "")


def _open_fields(section: BaseModel, prefix: str) -> dict[str, Any]:
    """Return the fields of `section` that are neither doors nor secrets, by their names in the file."""
    fields = type(section).model_fields.items()
    values = {field.alias or name: getattr(section, name) for name, field in fields}
    told = {
        name: _plain(value, f"{prefix}{name}.")
        for name, value in values.items()
        if f"{prefix}{name}" not in DOORS and not isinstance(value, SecretStr)
    }
    there = {name: HELD_BACK for name, value in values.items() if f"{prefix}{name}" == TOLD_OF and value}
    return told | there


def _plain(value: Any, prefix: str) -> Any:
    if isinstance(value, BaseModel):
        return _open_fields(value, prefix)
    if isinstance(value, dict):
        return {key: _plain(item, f"{prefix}{key}.") for key, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item, prefix) for item in value]
    return value


def _profile_table(agent: AgentProfile) -> dict[str, Any]:
    return {
        "name": agent.name,
        "skills": dict(agent.skills),
        "capacity": dict(agent.capacity),
        "wrap_up_limit_us": agent.wrap_up_limit_us,
    }


def _profile(agent_id: AgentId, table: Mapping[str, Any]) -> AgentProfile:
    return AgentProfile(agent_id=agent_id, **table)
