"""How many AMI events a second of CPU the whole engine digests: parse, translate, track, route, journal.

A day of the demonstration's bank is simulated once; what its Asterisk tells is written down as the bytes
an AMI session of ours would receive (our event classes, our filters), between them everything else the
engine heard: dialogues, timers, wishes, lookups. Then the whole record is fed to a fresh engine, bytes
through the real parser and translator, and the CPU time is taken. Only the AMI events are counted.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from benchmarks.report import options, print_figures
from core.kernel.errors import InvariantBroken
from core.model.attempt_events import AttemptRecalled
from core.model.campaign_requests import RestoreCampaign, RestoreExperience, RestoreRules
from core.model.commands import DeskCommand, LookUpCustomer, PbxCommand
from core.model.customer import Customer
from core.model.events import (
    ContactConnected,
    ContactRecalled,
    CustomerFound,
    DialogueClosed,
    DialogueOpened,
    LegEvent,
    LegPressed,
    StepFinished,
    TimerFired,
)
from core.model.message import Command, DomainEvent, Event
from core.model.requests import RestoreAgent, RestoreAgentLevels, RestoreAgentQueues, RestoreQuality
from core.ports import Journal
from cti.ami.wire import AmiParser
from cti.asterisk.adapter import UNUSED_EVENTS
from cti.asterisk.dialplan import READ_CLASSES, UNREAD_EVENTS
from cti.asterisk.translate import Translator
from goldline.app import build_brain
from goldline.demo.day import DEMO_SCENARIO
from goldline.flows import load_flows
from goldline.harness import SimulatedDay, open_scenario
from goldline.journal_file import HashJournal, NoJournal
from goldline.runners import Ports, VirtualRunner
from simulator.ami_events import AmiEvents
from simulator.ami_text import Lines, message
from simulator.scenario import Scenario, load_scenario
from simulator.world import agent_profiles

TARGET_PER_CPU_S = 30_000
CONNECTED_MIN = 2_000
"""Of the 2,865 contacts that the recorded day connects."""

_TOLD_BY_DIALOGUE = (DialogueOpened, StepFinished, DialogueClosed)

Record = list[tuple[int, bytes | Event]]
"""(instant in microseconds, what was heard then)"""


class Recorder(HashJournal):
    """A journal that keeps what the engine heard by other ways than AMI, and what the store answered."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Record = []
        self.answers: dict[str, Customer | None] = {}

    def write(self, sequence: int, message: Event, commands: Iterable[Command]) -> None:
        """Keep the message unless AMI tells it too, or the engine's own timers bring it about."""
        super().write(sequence, message, commands)
        told_by_ami = isinstance(message, LegEvent) and not isinstance(message, _TOLD_BY_DIALOGUE)
        if isinstance(message, CustomerFound):
            self.answers[message.lookup_id] = message.customer
        elif not (told_by_ami or isinstance(message, TimerFired)):
            self.heard.append((message.at_us, message))


class Echo:
    """The edges of the replayed engine: nobody carries anything out, the store answers as it did."""

    def __init__(self, answers: Mapping[str, Customer | None]) -> None:
        self.connected = 0
        self._answers = answers

    def execute(self, command: PbxCommand) -> None:
        """Ring nobody."""

    def show(self, command: DeskCommand) -> None:
        """Show nothing."""

    def append(self, event: DomainEvent) -> None:
        """Count a talk."""
        self.connected += isinstance(event, ContactConnected)

    async def find_customer(self, lookup: LookUpCustomer) -> Customer | None:
        """Answer as on the recorded day."""
        return self._answers.get(lookup.lookup_id)

    async def last_agent_states(self) -> Sequence[RestoreAgent]:
        """Remember nobody."""
        return ()

    async def last_campaign_states(self) -> Sequence[RestoreCampaign]:
        """Remember none."""
        return ()

    async def agent_queues(self) -> Sequence[RestoreAgentQueues]:
        """Know nobody who was moved."""
        return ()

    async def agent_levels(self) -> Sequence[RestoreAgentLevels]:
        """Know nobody whose levels were changed."""
        return ()

    async def learned_quality(self) -> Sequence[RestoreQuality]:
        """Have learned nothing."""
        return ()

    async def campaign_experience(self) -> Sequence[RestoreExperience]:
        """Have learned nothing of campaigns."""
        return ()

    async def campaign_rules(self) -> Sequence[RestoreRules]:
        """Have set nothing at work."""
        return ()

    async def open_attempts(self, since_us: int) -> Sequence[AttemptRecalled]:
        """Remember no attempt."""
        return ()

    async def open_contacts(self, since_us: int) -> Sequence[ContactRecalled]:
        """Miss nobody."""
        return ()

    async def close(self) -> None:
        """Let go of nothing."""


def main() -> None:
    chosen = options((__doc__ or "").splitlines()[0])
    scenario = load_scenario(DEMO_SCENARIO)
    recorder, events = record_day(scenario)
    rounds = 3 if chosen.quick else 7
    rates: dict[str, list[float]] = {"none": [], "digest": []}
    for _ in range(rounds):
        rates["none"].append(events / replay(recorder, scenario, NoJournal()))
        rates["digest"].append(events / replay(recorder, scenario, HashJournal()))
    rows = [
        {
            "journal": name,
            "AMI events": events,
            "other inputs": sum(not isinstance(item, bytes) for _, item in recorder.heard),
            "events per CPU-s, median": round(median(measured)),
            "lowest": round(min(measured)),
            "highest": round(max(measured)),
        }
        for name, measured in rates.items()
    ]
    ratios = {f"median over the target of {TARGET_PER_CPU_S}": median(rates["none"]) / TARGET_PER_CPU_S}
    print_figures("Whole engine: parse, translate, track, route", rows, chosen.as_json, ratios)


def record_day(scenario: Scenario) -> tuple[Recorder, int]:
    """Return what the engine heard on one day, AMI as bytes, and the number of AMI events in it."""
    recorder = Recorder()
    count = 0

    def write_down(kind: str, lines: Lines) -> None:
        nonlocal count
        if kind in READ_CLASSES and lines[0][1] not in UNREAD_EVENTS:
            _add_bytes(recorder.heard, day.runner.now_us(), message(lines))
            count += 1

    day = SimulatedDay(scenario, open_scenario(scenario), scenario.seed, journal=recorder)
    day.world.exchange.watch(AmiEvents(write_down))
    day.run()
    return recorder, count


def _add_bytes(record: Record, at_us: int, told: bytes) -> None:
    """Add what arrives at one instant to one piece, as one read of a socket gives it."""
    if record and record[-1][0] == at_us and isinstance(record[-1][1], bytes):
        told = record.pop()[1] + told  # type: ignore[operator]
    record.append((at_us, told))


def replay(recorder: Recorder, scenario: Scenario, journal: Journal) -> float:
    """Feed the record to a fresh engine; return the CPU seconds it took.

    Raises `InvariantBroken` where the engine connected nearly nobody: such a replay would measure nothing.
    """
    echo = Echo(recorder.answers)
    runner = _fresh_runner(scenario, echo, journal)
    parser = AmiParser(greeting=False, ignored=UNUSED_EVENTS)
    translator = Translator("benchmark")
    receive = runner.receive
    started = time.process_time()
    for now_us, item in recorder.heard:
        runner.run_until(now_us)
        if isinstance(item, bytes):
            for told in parser.feed(item):
                for event in translator.translate(told, now_us):
                    # As the adapter does: a key pressed within a dialogue is told by its step.
                    if not isinstance(event, LegPressed):
                        receive(event)
        else:
            receive(item)
    used_s = time.process_time() - started
    if echo.connected < CONNECTED_MIN:
        raise InvariantBroken(f"{echo.connected} talks: the replay lost its way")
    return used_s


def _fresh_runner(scenario: Scenario, echo: Echo, journal: Journal) -> VirtualRunner:
    config = open_scenario(scenario)
    brain = build_brain(config, load_flows(config, scenario.folder), agent_profiles(scenario), run=1)
    runner = VirtualRunner(brain.engine)
    runner.connect(Ports(pbx=echo, crm=echo, ledger=echo, desk=echo, journal=journal))
    return runner


if __name__ == "__main__":
    main()
