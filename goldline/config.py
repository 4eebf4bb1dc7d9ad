"""The configuration file: one TOML, checked whole before anything starts.

The classes below are the file, section by section, with those of `goldline.config_*`; every limit stands with
its key, as a range. An unknown key, a wrong type or a value out of range stops the start with a `ConfigError`
that names the key, what was found and what is allowed. Where sections become the rules that features hold
(`goldline.rulebook`, `goldline.campaign_rules`, functions beside the sections) seconds become microseconds,
once. Secrets are `SecretStr`: they print as stars.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator

from core.kernel.errors import ConfigError, KeyRefused
from core.kernel.schema import config_error
from goldline.config_agents import AgentSection, OffersSection, StandingSection, WorkSection
from goldline.config_alerts import AlertsSection
from goldline.config_bus import BusSection
from goldline.config_campaigns import CampaignSection
from goldline.config_control import ControlSection
from goldline.config_dispositions import (
    DispositionSection,
    refuse_system_codes,
    refuse_unknown_queues,
    refuse_untellable_results,
)
from goldline.config_estimate import EstimateSection
from goldline.config_metrics import MetricsSection
from goldline.config_quality import QualitySection
from goldline.config_routing import PolicySection, QueueSection, RatioSection, TierSection, with_inherited
from goldline.config_supervision import SupervisionSection
from goldline.config_trunks import Address, CallerIdSection, TrunkSection
from goldline.config_web import WebSection
from goldline.include import read_tables
from goldline.own_packs import with_own_packs
from goldline.section import Country, Name, Port, Section


class PbxSection(Section):
    """The Asterisk to work with and the manager account on it (`goldline asterisk-config` writes it).

    Every `look_every_s` its channels are listed, for what was told by no event: lost ones are made up for
    after two looks, so within five seconds as it stands. `outside` is how a number beyond the trunk is
    dialed, such as `Local/{number}@from-internal` on FreePBX. Callers' messages are recorded in the folder
    `recordings` of its machine, which it must be able to write.
    """

    name: Name = "main"
    host: str = "127.0.0.1"
    port: Port = 5038
    username: str = "goldline"
    secret: SecretStr = SecretStr("")
    tls: bool = False
    look_every_s: Annotated[float, Field(ge=0.5, le=60)] = 2
    outside: Address = "PJSIP/{number}@trunk"
    phones_username: str = "goldline-phones"
    """The account by which phones are answered from the desk."""
    phones_secret: SecretStr = SecretStr("")
    """Without one agents answer their phones by hand."""
    recordings: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./-]{1,200}$")] = "/var/spool/asterisk/goldline"

    @property
    def phones_answer(self) -> bool:
        """Tell whether phones that ring can be answered from the desk."""
        return bool(self.phones_secret.get_secret_value())


class AgiSection(Section):
    """Where Asterisk reaches us for its callers. FastAGI has no password: keep it on loopback."""

    host: str = "127.0.0.1"
    port: Port = 4573
    token: SecretStr = SecretStr("")


def _database(url: SecretStr) -> SecretStr:
    if not url.get_secret_value().startswith(("sqlite:///", "postgresql://", "postgres://")):
        raise ValueError("sqlite:///FILE or postgresql://NAME:PASSWORD@HOST/DATABASE")
    return url


class CrmSection(Section):
    """The store of customers and of the ledger (`crm.database` says how its URL is written).

    `lookup_deadline_s` is all a slow store may cost a caller; `spool` is where the ledger goes meanwhile.
    """

    url: Annotated[SecretStr, AfterValidator(_database)] = SecretStr("sqlite:///goldline.sqlite3")
    lookup_deadline_s: Annotated[float, Field(gt=0, le=10)] = 0.2
    region: Country = "US"
    spool: str = "goldline-ledger.spool"


class IvrSection(Section):
    """The menus: flow files, beside this file if not absolute, and which number starts which flow."""

    flows: list[str] = Field(min_length=1)
    default: str
    numbers: dict[str, str] = {}


class RulesSection(Section):
    """House rules: the tier of callers nobody knows, and why an agent may be away."""

    default_tier: Name = "standard"
    """The tier of callers nobody knows."""
    skip_reasons: tuple[Name, ...] = ("not_now", "wrong_person", "bad_number", "already_served")
    """Why an agent may pass over a lead that is shown before it is dialed."""
    not_ready_reasons: tuple[Name, ...] = ("break", "lunch", "training", "admin")
    """Why an agent may be away."""
    agent_attribute: Name = "agent"
    """The attribute of a customer's record that names the agent of a key account."""


class DeskSection(Section):
    """Where the agents' screens connect; `token` is what a desk must show."""

    host: str = "127.0.0.1"
    port: Port = 8081
    token: SecretStr = SecretStr("")
    grace_s: Annotated[float, Field(ge=1, le=3_600)] = 30
    """How long a live screen may be gone before its agent is offered nothing more."""
    seen_within_s: Annotated[float, Field(ge=0, le=2)] = 0.5
    """How long a phone waits for the page to show the record before it rings; 0: not at all."""


class WorkDoorSection(Section):
    """Where other programs bring work; `token` is what they must show, without one the door stays shut."""

    host: str = "127.0.0.1"
    port: Port = 8082
    token: SecretStr = SecretStr("")


class JournalSection(Section):
    """Where journals of inputs go; empty for none."""

    folder: str = ""


class AuditSection(Section):
    """Where the audit files of campaigns go, one for each day: for who has to prove what was dialed."""

    folder: str = "audit"
    """The folder, made when there is something to write."""


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
    """House rules."""
    include: tuple[str, ...] = ()
    """Files beside this one whose tables are joined with these; no key may stand in two of them."""
    tiers: dict[Name, TierSection] = {}
    """The value tiers, by name, the highest first."""
    queues: dict[Name, QueueSection] = Field(min_length=1)
    """The queues, by name."""
    policies: dict[Name, PolicySection] = {}
    """Bundles of rules for tiers, by name, for queues that run them."""
    ratios: tuple[RatioSection, ...] = ()
    """Queues that keep fixed shares of all who wait in them; a queue stands in one entry at most."""
    dispositions: dict[Name, DispositionSection] = {}
    """What the contacts of campaigns may come to, by the code that agents choose."""
    quality: QualitySection = QualitySection()
    """How it is learned from outcomes how good each agent is."""
    estimate: EstimateSection = EstimateSection()
    """What was learned about waits; `goldline estimate` writes it."""
    offers: OffersSection = OffersSection()
    """What becomes of agents whose offers come to nothing."""
    standing: StandingSection = StandingSection()
    """Agents' calls that stand all shift."""
    control: ControlSection = ControlSection()
    """What agents may do with a call in hand."""
    work: WorkSection = WorkSection()
    """Work besides calls."""
    trunks: dict[Name, TrunkSection] = {}
    """The ways out for the calls of campaigns, by name, in their order; without, the one of `pbx.outside`."""
    caller_ids: dict[Name, CallerIdSection] = {}
    """Pools of numbers of ours to show, by name."""
    agents: dict[Name, AgentSection] = {}
    """The agents, by name."""
    campaigns: dict[Name, CampaignSection] = {}
    """The campaigns, by name."""
    packs: dict[str, dict[str, Any]] = {}
    """Rule packs of the house, by the names that campaigns call them; files that they name are put here."""
    ivr: IvrSection
    desk: DeskSection = DeskSection()
    work_door: WorkDoorSection = WorkDoorSection()
    web: WebSection = WebSection()
    """Where the pages, the API and the metrics are served."""
    metrics: MetricsSection = MetricsSection()
    """Health and metrics of an engine that runs apart."""
    bus: BusSection = BusSection()
    """How other programs and web processes apart follow the engine."""
    supervision: SupervisionSection = SupervisionSection()
    alerts: AlertsSection = AlertsSection()
    journal: JournalSection = JournalSection()
    audit: AuditSection = AuditSection()
    """Where it is proved what campaigns dialed."""
    log: LogSection = LogSection()

    @model_validator(mode="after")
    def _default_tier_exists(self) -> Config:
        if self.tiers and self.rules.default_tier not in self.tiers:
            known = ", ".join(sorted(self.tiers))
            raise KeyRefused("rules.default_tier", self.rules.default_tier, f"one of the tiers: {known}")
        return self

    @model_validator(mode="after")
    def _results_have_codes_of_their_own(self) -> Config:
        refuse_system_codes(self.dispositions)
        refuse_unknown_queues(self.dispositions, self.queues)
        refuse_untellable_results(self.queues, self.dispositions)
        return self

    @model_validator(mode="after")
    def _waits_are_of_queues(self) -> Config:
        unknown = sorted(self.estimate.queues.keys() - self.queues.keys())
        if unknown:
            known = ", ".join(sorted(self.queues))
            raise KeyRefused("estimate.queues", unknown[0], f"one of the queues: {known}; or train anew")
        return self

    @model_validator(mode="after")
    def _alerts_are_of_queues(self) -> Config:
        unknown = sorted(self.alerts.queues.keys() - self.queues.keys())
        if unknown:
            known = ", ".join(sorted(self.queues))
            raise KeyRefused("alerts.queues", unknown[0], f"one of the queues: {known}")
        return self


def load_config(path: Path) -> Config:
    """Return the configuration in the file at `path`; raise `ConfigError` naming what is wrong, and where."""
    tables = read_tables(path)
    try:
        return parse_config(with_own_packs(tables.joined, path.parent), str(path))
    except ConfigError as error:
        where = error.where.removeprefix(f"{path}: ")
        raise ConfigError(f"{tables.file_of(where)}: {where}", error.found, error.allowed) from None


def parse_config(tables: dict[str, Any], origin: str) -> Config:
    """Return the configuration that `tables` spell out; `origin` names them in errors."""
    try:
        return Config.model_validate(with_inherited(tables))
    except ValidationError as error:
        # Not chained: the error of pydantic quotes what it was given, secrets and all.
        raise config_error(error.errors(), Config.model_json_schema(), tables, origin) from None
