"""The configuration file: one TOML, checked whole before anything starts.

The classes below are the file, section by section; every limit stands here with its range. An unknown
key, a wrong type or a value out of range stops the start with a `ConfigError` that names the key, what
was found and what is allowed. Seconds become microseconds in `goldline.app`, once. Secrets are
`SecretStr`: they print as stars.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from core.kernel.errors import ConfigError, KeyRefused
from core.kernel.schema import config_error

Seconds = Annotated[float, Field(ge=0, le=86_400)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Level = Annotated[int, Field(ge=1, le=10)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class Section(BaseModel):
    """A table of the file: frozen, and closed to keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PbxSection(Section):
    """The Asterisk to work with and the manager account on it (`goldline asterisk-config` writes it).

    Every `look_every_s` its channels are listed, for what was told by no event: lost ones are made up for
    after two looks, so within five seconds as it stands.
    """

    name: Name = "main"
    host: str = "127.0.0.1"
    port: Port = 5038
    username: str = "goldline"
    secret: SecretStr = SecretStr("")
    tls: bool = False
    look_every_s: Annotated[float, Field(ge=0.5, le=60)] = 2


class AgiSection(Section):
    """Where Asterisk reaches us for its callers. FastAGI has no password: keep it on loopback."""

    host: str = "127.0.0.1"
    port: Port = 4573
    token: SecretStr = SecretStr("")


class CrmSection(Section):
    """The store of customers and of the ledger (`crm.database` says how its URL is written).

    `lookup_deadline_s` is all a slow store may cost a caller; `spool` is where the ledger goes meanwhile.
    """

    url: SecretStr = SecretStr("sqlite:///goldline.sqlite3")
    lookup_deadline_s: Annotated[float, Field(gt=0, le=10)] = 0.2
    region: Annotated[str, Field(pattern="^[A-Z]{2}$")] = "US"
    spool: str = "goldline-ledger.spool"


class TierSection(Section):
    """A value tier: its head start in line, and whether its callers get the best agent first."""

    head_start_s: Seconds = 0
    best_agent_first: bool = False


class QueueSection(Section):
    """A queue. `length_max` keeps a flood from filling the memory; 0 seconds of announcement is none."""

    requirements: dict[Name, Level] = {}
    ring_timeout_s: Annotated[float, Field(ge=2, le=120)] = 15
    wrap_up_limit_s: Seconds = 60
    music: Name = "default"
    announce_first_s: Seconds = 20
    announce_every_s: Seconds = 60
    handle_expected_s: Annotated[float, Field(ge=1, le=7_200)] = 240
    length_max: Annotated[int, Field(ge=1, le=100_000)] = 1_000


class AgentSection(Section):
    """An agent and the level of each skill, 1 to 10."""

    name: str = ""
    skills: dict[Name, Level] = {}


class IvrSection(Section):
    """The menus: flow files, beside this file if not absolute, and which number starts which flow."""

    flows: list[str] = Field(min_length=1)
    default: str
    numbers: dict[str, str] = {}


class RulesSection(Section):
    """House rules: the tier of callers nobody knows, and why an agent may be away."""

    default_tier: Name = "standard"
    not_ready_reasons: tuple[Name, ...] = ("break", "lunch", "training", "admin")


class DeskSection(Section):
    """Where the agents' screens connect; `token` is what a desk must show."""

    host: str = "127.0.0.1"
    port: Port = 8081
    token: SecretStr = SecretStr("")


class JournalSection(Section):
    """Where journals of inputs go; empty for none."""

    folder: str = ""


class LogSection(Section):
    """What logs may show: `show_personal` lets numbers, names and keys stand in clear."""

    show_personal: bool = False


class Config(Section):
    """The whole file."""

    schema_version: Literal[1] = Field(default=1, alias="schema")
    pbx: PbxSection = PbxSection()
    agi: AgiSection = AgiSection()
    crm: CrmSection = CrmSection()
    rules: RulesSection = RulesSection()
    tiers: dict[Name, TierSection] = {}
    queues: dict[Name, QueueSection] = Field(min_length=1)
    agents: dict[Name, AgentSection] = {}
    ivr: IvrSection
    desk: DeskSection = DeskSection()
    journal: JournalSection = JournalSection()
    log: LogSection = LogSection()

    @model_validator(mode="after")
    def _default_tier_exists(self) -> Config:
        if self.tiers and self.rules.default_tier not in self.tiers:
            known = ", ".join(sorted(self.tiers))
            raise KeyRefused("rules.default_tier", self.rules.default_tier, f"one of the tiers: {known}")
        return self


def load_config(path: Path) -> Config:
    """Return the configuration in the file at `path`; raise `ConfigError` naming what is wrong with it."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), error.strerror, "a readable file") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), str(error), "a TOML document") from error
    return parse_config(tables, str(path))


def parse_config(tables: dict[str, Any], origin: str) -> Config:
    """Return the configuration that `tables` spell out; `origin` names them in errors."""
    try:
        return Config.model_validate(tables)
    except ValidationError as error:
        # Not chained: the error of pydantic quotes what it was given, secrets and all.
        raise config_error(error.errors(), Config.model_json_schema(), tables, origin) from None
