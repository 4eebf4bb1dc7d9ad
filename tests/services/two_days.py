"""A centre over a midnight, played in virtual time: all that counts happens to it, and its engine dies.

It begins at half past nine in the evening and ends in the small hours of the day on which the clocks go back,
in a zone half an hour off all others. Calls are answered, given up, sent to voicemail and to another queue,
called back, held, passed on and asked about, phones ring in vain; there is work besides calls, a campaign,
and a queue that nobody asks for. The leads are in a database, the ledger is told by whoever plays.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.kernel.clock import SECOND_US, microseconds
from core.kernel.record import replace
from core.model.control import (
    CancelConsult,
    CompleteConsult,
    HoldContact,
    ResumeContact,
    StartConsult,
    TargetKind,
    TransferContact,
)
from core.model.events import ContactConnected
from core.model.message import DomainEvent, Event
from core.model.requests import CallRequest, HangUpContact
from crm.database import Database
from crm.leads.store import SqlLeadStore
from goldline.app import Brain, build_brain
from goldline.config import Config
from goldline.flows import load_flows
from goldline.harness import open_scenario
from goldline.journal_file import NoJournal
from goldline.live import recalls
from goldline.runners import Ports, VirtualRunner, result_at_once
from goldline.simulated_store import load_lists, memory_store
from goldline.store_at_once import at_once
from goldline.watched import WatchedLedger
from simulator.port import SimPbx
from simulator.scenario import load_scenario
from simulator.world import World, agent_profiles

ZONE = ZoneInfo("America/St_Johns")
BEGINS = datetime(2026, 10, 31, 21, 30, tzinfo=ZONE)
MIDNIGHT = datetime(2026, 11, 1, tzinfo=ZONE)
SEED = 11
AWAY_S = 40.0
"""For how long there is no engine."""

CENTRE = """\
schema = 1

[crm]
region = "CA"

[web]
time_zone = "America/St_Johns"

[rules]
default_tier = "standard"
not_ready_reasons = ["break"]

[tiers.platinum]
head_start_s = 60

[tiers.gold]
head_start_s = 30

[tiers.standard]

[work]
capacity = { voice = 1, task = 2 }
during_calls = true

[control]
numbers = ['\\+1709[0-9]{7}']
flows = ["voicemail"]

[queues.service]
requirements = { service = 1 }
promised_wait_s = 15
ring_timeout_s = 8
wrap_up_limit_s = 40
announce_first_s = 20
announce_every_s = 20
resume_within_s = 300
steps = [
    { after_s = 45, when = "ready == 0", to = { queue = "loans" } },
    { after_s = 120, to = { flow = "voicemail" } },
]

[queues.service.callback]
key = "1"
attempts_max = 3
spacing_s = 120

[queues.loans]
requirements = { loans = 1 }
promised_wait_s = 30
ring_timeout_s = 8
wrap_up_limit_s = 40
length_max = 3
full = { number = "5559000" }
steps = [{ after_s = 150, to = { flow = "voicemail" } }]

[queues.sales]
requirements = { sales = 1 }
wrap_up_limit_s = 60
announce_first_s = 0

# Nobody ever asks for this one.
[queues.silent]
requirements = { service = 9 }

[campaigns.winter]
queue = "sales"
zone = "America/Toronto"
laws = ["house"]
safe_harbour = "sorry"
starts = true

[dispositions.solved]
group = "contact"
is_right_party = true

[dispositions.sold]
group = "sale"
is_sale = true
value = 40

[dispositions.no_interest]
group = "contact"
is_right_party = true

[ivr]
flows = ["menu.toml", "voicemail.toml", "sorry.toml"]
default = "menu"
"""
MENU = """\
schema = 1
name = "menu"
languages = ["en"]
start = "answer"
[prompts.en]
menu = ["vm-press", "digits/1"]
[nodes.answer]
kind = "answer"
next = "who"
[nodes.who]
kind = "lookup"
next = "menu"
[nodes.menu]
kind = "menu"
prompt = "menu"
options = { 1 = "service", 2 = "loans", 3 = "message", 4 = "outside" }
retries = 0
timeout_s = 2
exhausted = "service"
[nodes.service]
kind = "queue"
queue = "service"
[nodes.loans]
kind = "queue"
queue = "loans"
[nodes.message]
kind = "record"
longest_s = 20
[nodes.outside]
kind = "transfer"
number = "5559000"
"""
VOICEMAIL = """\
schema = 1
name = "voicemail"
languages = ["en"]
start = "message"
[nodes.message]
kind = "record"
longest_s = 20
"""
SORRY = """\
schema = 1
name = "sorry"
languages = ["en"]
start = "message"
[nodes.message]
kind = "play"
prompt = "hello"
next = "bye"
[nodes.bye]
kind = "hang_up"
"""
NIGHT = """\
schema = 1
engine_config = "goldline.toml"
duration_s = 17400

[[arrivals]]
kind = "poisson"
dialed_number = "8000"
per_hour = 80

# Some of these wait over midnight.
[[arrivals]]
kind = "poisson"
dialed_number = "8000"
from_s = 8960
until_s = 8998
per_hour = 700

[[arrivals]]
kind = "poisson"
channel = "task"
queue = "service"
per_hour = 12
talk = { kind = "exponential", mean_s = 30 }
patience = { kind = "exponential", mean_s = 200 }

[[leads]]
campaign = "winter"
count = 1500
country = "US"
zones = ["Pacific/Honolulu"]
reach = [0.4]
busy = 0.1
machines = 0.1
invalid = 0.05
talk = { kind = "exponential", mean_s = 50 }

[[customers]]
tier = "platinum"
count = 5
weight = 1

[[customers]]
tier = "gold"
count = 5
weight = 1

[[customers]]
tier = "standard"
count = 40
weight = 2

[[customers]]
weight = 1

[[journeys]]
weight = 8
keys = ["1"]

[[journeys]]
weight = 4
keys = ["2"]

[[journeys]]
weight = 1
keys = ["3"]

[[journeys]]
weight = 1
keys = ["4"]

[[journeys]]
weight = 1
keys = ["hangup"]

[callers]
patience = { kind = "exponential", mean_s = 90 }
retry_share = 0.5
retry_after = { kind = "exponential", mean_s = 60 }
callback_share = 0.25
callback_answered_share = 0.7

[workforce]
answers = { kind = "uniform", low_s = 1, high_s = 4 }
misses = 0.06
comes_back = { kind = "constant", value_s = 15 }
accepts = { kind = "uniform", low_s = 0.5, high_s = 6 }
rejects = 0.1

[[service]]
queue = "sales"
talk = { kind = "lognormal", mean_s = 60, deviation_s = 40 }
wrap_up = { kind = "exponential", mean_s = 10 }
dispositions = { sold = 1, no_interest = 3 }

[[service]]
talk = { kind = "exponential", mean_s = 100 }
wrap_up = { kind = "exponential", mean_s = 20 }
disposition = "solved"

[[agents]]
id = "ann"
extension = "PJSIP/1001"
skills = { service = 9, loans = 5 }
breaks = [{ at_s = 8880, for_s = 180 }]

[[agents]]
id = "bob"
extension = "PJSIP/1002"
skills = { service = 4 }
breaks = [{ at_s = 8500, for_s = 1200 }]

[[agents]]
id = "cem"
extension = "PJSIP/1003"
skills = { service = 2, loans = 9 }
until_s = 12000

[[agents]]
id = "dora"
extension = "PJSIP/1004"
skills = { loans = 6 }
breaks = [{ at_s = 8900, for_s = 180 }]

[[agents]]
id = "eve"
extension = "PJSIP/1005"
skills = { sales = 5 }
standing = true

[[agents]]
id = "fay"
extension = "PJSIP/1006"
skills = { sales = 5 }
standing = true
"""
FILES = {"goldline": CENTRE, "menu": MENU, "voicemail": VOICEMAIL, "sorry": SORRY, "night": NIGHT}


class MortalRunner(VirtualRunner):
    """A `VirtualRunner` whose engine can be killed, and followed by another one."""

    is_dead = False

    def receive(self, message: Event) -> None:
        """Take a message; of a dead engine nobody does."""
        if not self.is_dead:
            super().receive(message)

    def kill(self) -> None:
        """Let the engine and its timers be no more; the world goes on."""
        self.is_dead = True
        for key in list(self._agenda._live):
            self._agenda.cancel(key)

    def revive(self, brain: Brain) -> None:
        """Let another engine go on."""
        self._engine, self.is_dead = brain.engine, False


@dataclass
class Night:
    """The world and its engine; `told` is what each run of it told the ledger."""

    folder: Path
    database: Database
    loop: asyncio.Runner
    hears: list[Callable[[DomainEvent], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for name, text in FILES.items():
            (self.folder / f"{name}.toml").write_text(text)
        self.scenario = load_scenario(self.folder / "night.toml")
        self.config: Config = open_scenario(self.scenario)
        self.agents = agent_profiles(self.scenario)
        self.told: list[list[DomainEvent]] = []
        self.ledger = WatchedLedger()
        self.ledger.watch(self._hear)
        self.brain = self._brain()
        self.runner = MortalRunner(self.brain.engine, microseconds(BEGINS.timestamp()))
        self.world = World(self.scenario, SEED, self.runner, self.runner.receive)
        self.leads = at_once(SqlLeadStore(self.database, self.runner), self.loop)
        self._store = memory_store(self.world.customers, self.ledger, self.runner, self.config.crm.region)
        self.pbx = self.world.pbx
        self._talks = count(1)

    def _brain(self) -> Brain:
        self.told.append([])
        return build_brain(self.config, load_flows(self.config, self.folder), self.agents, len(self.told))

    def _hear(self, event: DomainEvent) -> None:
        self.told[-1].append(event)
        for hear in self.hears:
            hear(event)
        if isinstance(event, ContactConnected):
            self._make_something_of(event)

    # --- what happens -------------------------------------------------------------------------------

    def now_us(self) -> int:
        return self.runner.now_us()

    def begin(self) -> None:
        """Let the evening begin."""
        self._connect()
        load_lists(self.world, self.leads, self.runner.receive)  # type: ignore[arg-type]
        self.pbx.start()
        self.world.start()

    def pass_until(self, at_us: int) -> None:
        """Let time pass."""
        self.runner.run_until(at_us)

    def kill(self) -> None:
        """Kill the engine: who waits hears music, who talks talks on."""
        self.runner.kill()
        self.pbx.stop()

    def restart(self) -> None:
        """Start another engine on what is left."""
        self.brain = self._brain()
        self.runner.revive(self.brain)
        self.pbx = SimPbx(self.world.exchange, self.runner.receive)
        self._connect()
        for recall in recalls(self.ledger, self.now_us()):
            for left in result_at_once(recall()):
                self.runner.receive(replace(left, at_us=self.now_us()))
        self.pbx.start()

    @property
    def ends_us(self) -> int:
        """Return when nobody new comes any more."""
        return microseconds(BEGINS.timestamp() + self.scenario.duration_s)

    @property
    def is_over(self) -> bool:
        """Tell whether everybody was served and has hung up, or hours have passed in vain."""
        is_quiet = not len(self.brain.contacts) and self.world.is_quiet
        return is_quiet or self.now_us() > self.ends_us + 2 * 3_600 * SECOND_US

    def _connect(self) -> None:
        self.runner.connect(
            Ports(
                pbx=self.pbx,
                crm=self._store,
                leads=self.leads,
                ledger=self.ledger,
                desk=self.world.desk,
                journal=NoJournal(),
                work=self.world.work,
            )
        )

    # --- what agents do with their calls ---------------------------------------------------------------

    def _make_something_of(self, event: ContactConnected) -> None:
        """Hold some, pass some on, ask somebody about some."""
        if event.channel != "voice" or event.queue == "sales":
            return
        wish = partial(self._wish, event)
        match next(self._talks) % 9:
            case 1 | 5:
                wish(5, HoldContact)
                wish(17, ResumeContact)
            case 3:
                wish(6, TransferContact, to=TargetKind.QUEUE, target="loans")
            case 6:
                wish(6, StartConsult, to=TargetKind.QUEUE, target="loans")
                wish(30, CompleteConsult)
                self._make_up(wish)
            case 7:
                wish(6, StartConsult, to=TargetKind.AGENT, target="ann")
                wish(20, CancelConsult)
                self._make_up(wish)
            case 8:
                wish(6, TransferContact, to=TargetKind.FLOW, target="voicemail")

    def _make_up(self, wish: Callable[..., None]) -> None:
        """Come to an end with whoever is asked, whatever became of it."""
        wish(60, CancelConsult)
        wish(75, ResumeContact)
        wish(90, HangUpContact)

    def _wish(self, about: ContactConnected, after_s: float, kind: type[CallRequest], **fields: Any) -> None:
        def ask() -> None:
            asked = {"agent_id": about.agent_id, "contact_id": about.contact_id, **fields}
            self.runner.receive(kind(at_us=self.now_us(), **asked))

        self.runner.call_at(self.now_us() + microseconds(after_s), ask)
