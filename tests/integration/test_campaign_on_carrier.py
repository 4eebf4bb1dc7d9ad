"""A campaign on a real Asterisk, from a list of leads to the last record, with sipp as the carrier.

The carrier counts for itself: what the program says became of each number is held against what the carrier
did with it. How soon a person who answered is joined with an agent is measured from Asterisk's own events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import UNREGISTERED
from tests.services.ami_observer import AmiObserver, Message
from tests.services.asterisk import RealAsterisk
from tests.services.carrier import Carrier, Ending
from tests.services.goldline import GoldlineServer
from tests.services.ports import free_udp_port
from tests.services.sipp import Phones
from tests.services.talks import extension_of, stamped_s

# The observer ends what calls still stand after a test: the ledger of the next one gives their ids again.
pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.usefixtures("observer")]

CARRIER = "carrier"
AGENTS = {f"agent{number}": str(2_000 + number) for number in range(20)}
"""Who calls out, with the extension where the agent's call stands."""
LISTENERS = 8
"""So many of them serve the campaign that listens for machines."""
SHOWN = "+12125550100"
TALK_MS = 5_000
"""Of those who talk as the program dies."""

CAMPAIGN = """
[campaigns.{name}]
queue = "{queue}"
country = "US"
caller_ids = "ours"
trunks = ["carrier"]
ring_timeout_s = 15
safe_harbour = "sorry"
starts = true
"""
TABLES = f"""
[trunks.carrier]
address = "PJSIP/{{number}}@{CARRIER}"
strip = "+"
calls_per_second = 20
lines_max = 60

[caller_ids.ours]
numbers = [{{ number = "{SHOWN}", country = "US", regions = ["US-NY"] }}]
per_hour = 1_000
per_day = 1_000
"""
GONE = f"""
[trunks.gone]
address = "PJSIP/{{number}}@{UNREGISTERED}"
strip = "+"
"""
MACHINES = """
# Of those taken for machines some are people who were abandoned: a law that caps these would now and then
# have an agent hear them all.
laws = []

[queues.listening]
requirements = { listening = 1 }
wrap_up_limit_s = 0

[campaigns.summer.machines]
message = "digits/1"
silence_ms = 500
audited = 0.0
"""


# --- the house ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def phone_ports() -> dict[str, int]:
    """Return the ports of the carrier and of the agents' phones, which one process plays."""
    agents_port = free_udp_port()
    return {CARRIER: free_udp_port(), UNREGISTERED: 0} | dict.fromkeys(AGENTS.values(), agents_port)


@pytest.fixture
def phones(phone_ports: dict[str, int], asterisk: RealAsterisk, tmp_path: Path) -> Iterator[Phones]:
    """Let the agents' phones answer at once and stay on the line."""
    with Phones(tmp_path / "phones", phone_ports["2000"]) as answering:
        yield answering


def house(folder: Path, asterisk: RealAsterisk, campaigns: str) -> GoldlineServer:
    """Return the program with these campaigns and agents whose calls stand, not yet started."""
    skills = ["listening" if number < LISTENERS else "sales" for number in range(len(AGENTS))]
    agents = "".join(
        f"\n[agents.{agent}]\nskills = {{ {skill} = 5 }}\nstanding = true\n"
        for agent, skill in zip(AGENTS, skills, strict=True)
    )
    return GoldlineServer(folder, asterisk, {}, tables=TABLES + campaigns + agents)


@pytest.fixture
async def desks() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as open_desks:
        yield open_desks


async def go_to_work(goldline: GoldlineServer, desks: AsyncExitStack) -> None:
    for agent, extension in AGENTS.items():
        desk = await desks.enter_async_context(goldline.desk(agent))
        await desk.log_in(extension)


def numbers(area: str, endings: str, count: int) -> list[str]:
    """Return so many numbers of an area whose last digits go through `endings` again and again."""
    return [f"1{area}555{place:03}{endings[place % len(endings)]}" for place in range(count)]


def load(goldline: GoldlineServer, campaign: str, listed: Sequence[str]) -> None:
    file = goldline.folder / f"{campaign}.csv"
    rows = [f"K-{place},+{number}\n" for place, number in enumerate(listed)]
    file.write_text("".join(["external_id,phone\n", *rows]))
    goldline.run("campaign", "import", campaign, str(file))


async def ended(goldline: GoldlineServer, count: int, limit_s: float) -> dict[str, dict[str, Any]]:
    """Return the attempts by number, without the plus, once so many have ended."""
    events = await goldline.recorded("AttemptEnded", count, limit_s)
    assert len(events) == count
    return {event["record"]["number"].removeprefix("+"): event["record"] for event in events}


# --- what the observer saw ------------------------------------------------------------------------------


def of_people(events: Iterable[Message], kind: str, **fields: str) -> dict[str, float]:
    """Return when each channel that leads to the carrier was first told of by a kind of event."""
    seen: dict[str, float] = {}
    for event in events:
        if event["Event"] != kind or not fields.items() <= event.items():
            continue
        if extension_of(event["Channel"]) == CARRIER:
            seen.setdefault(event["Uniqueid"], stamped_s(event))
    return seen


def joining_times(events: Sequence[Message], since: dict[str, float]) -> list[float]:
    """Return, sorted, how long it took from `since` until each person was in a bridge with an agent.

    Where the agent came free only after that, it counts from then.
    """
    freed: dict[str, float] = {}
    bridges: dict[str, dict[str, float]] = {}
    times = []
    for event in events:
        if event["Event"] == "BridgeLeave":
            freed[event["Uniqueid"]] = stamped_s(event)
        elif event["Event"] == "BridgeEnter":
            inside = bridges.setdefault(event["BridgeUniqueid"], {})
            inside[event["Uniqueid"]] = stamped_s(event)
            person = next((leg for leg in inside if leg in since), None)
            if len(inside) == 2 and person is not None:
                agent = next(leg for leg in inside if leg != person)
                times.append(max(inside.values()) - max(since[person], freed.get(agent, 0.0)))
    return sorted(times)


# --- five hundred attempts --------------------------------------------------------------------------------

REFUSED = {
    Ending.BUSY: ("busy", "busy", 17, 486),
    Ending.NOBODY: ("no_answer", "no_answer", 19, 480),
    Ending.UNKNOWN_NUMBER: ("failed", "invalid", 1, 404),
    Ending.CONGESTED: ("failed", "congested", 34, 503),
    Ending.DECLINED: ("failed", "blocked", 21, 603),
    Ending.BLOCKED: ("failed", "blocked", 127, 608),
}
"""What must be written of a number that was not answered: outcome, result, cause, status."""


def is_right(record: dict[str, Any]) -> bool:
    """Tell whether what was written of an attempt is what the carrier did with its number."""
    ending = Ending(record["number"][-1])
    told = (record["outcome"], record["disposition"], record["cause"], record["tech_cause"])
    if ending in REFUSED:
        return told == REFUSED[ending] and record["answered_us"] is None
    if ending is Ending.MACHINE:
        is_told = record["message_us"] is not None
        return told[:2] == ("machine", "machine") and record["answerer"] == "machine" and is_told
    return told[:2] in (("connected", "talked"), ("dropped", "abandoned"))


async def test_five_hundred_attempts_are_accounted_for_and_people_hear_an_agent_at_once(
    asterisk: RealAsterisk,
    observer: AmiObserver,
    phones: Phones,
    phone_ports: dict[str, int],
    desks: AsyncExitStack,
    tmp_path: Path,
) -> None:
    plain = numbers("212", "0101064010201501013018901", 380)
    listened_to = numbers("213", "07017", 120)
    campaigns = CAMPAIGN.format(name="winter", queue="counter")
    campaigns += CAMPAIGN.format(name="summer", queue="listening") + MACHINES
    goldline = house(tmp_path / "goldline", asterisk, campaigns)
    load(goldline, "winter", plain)
    load(goldline, "summer", listened_to)
    # Longer than Asterisk listens for machines: what hangs up as it is moved into the bridge it may lose.
    with Carrier(tmp_path / CARRIER, phone_ports[CARRIER], talk_ms=2_500) as carrier, goldline:
        await go_to_work(goldline, desks)
        records = await ended(goldline, 500, limit_s=230)
        dialed, shown = carrier.dialed(), carrier.moments(f"shown {SHOWN}")

    assert set(records) == {*plain, *listened_to}
    assert [record for record in records.values() if not is_right(record)] == []
    assert dialed == Counter(dict.fromkeys(records, 1))
    assert len(shown) == 500
    assert {record["trunk"] for record in records.values()} == {CARRIER}
    # No law is asked about the campaign that listens; the message of the other has no key to opt out.
    told = {entry.get("where") for entry in goldline.complaints()}
    assert told == {"campaigns.summer.laws", "campaigns.winter.safe_harbour"}

    up = of_people(observer.events, "Newstate", ChannelStateDesc="Up")
    judged = of_people(observer.events, "VarSet", Variable="GOLDLINE_ANSWERER")
    times = joining_times(observer.events, up | judged)
    connected = [record for record in records.values() if record["outcome"] == "connected"]
    assert len(times) >= len(connected) > 200
    assert times[len(times) // 2] <= 0.050
    assert times[len(times) * 99 // 100] <= 0.250, times[-10:]
    verdict = goldline.audit()
    assert sum(day["attempts"] for day in verdict["days"]) == 500
    # The day is not over, which is all there is to say against it.
    assert {violation["said"] for violation in verdict["violations"]} == {"was not closed"}


# --- a trunk fails ------------------------------------------------------------------------------------


async def test_calls_go_over_the_next_trunk_where_one_is_not_there(
    asterisk: RealAsterisk,
    phones: Phones,
    phone_ports: dict[str, int],
    desks: AsyncExitStack,
    tmp_path: Path,
) -> None:
    listed = numbers("212", "0", 12)
    campaign = CAMPAIGN.format(name="winter", queue="counter")
    campaign = campaign.replace('["carrier"]', '["gone", "carrier"]')
    goldline = house(tmp_path / "goldline", asterisk, GONE + campaign)
    load(goldline, "winter", listed)
    with Carrier(tmp_path / CARRIER, phone_ports[CARRIER], talk_ms=800) as carrier, goldline:
        await go_to_work(goldline, desks)
        records = await ended(goldline, len(listed), limit_s=30)
        assert carrier.dialed() == Counter(dict.fromkeys(listed, 1))
    told = {(record["outcome"], record["trunk"]) for record in records.values()}
    assert told == {("connected", CARRIER)}
    # After three of them in a row nobody is sent that way for a while.
    assert len(goldline.ledger("AttemptDialed")) - len(listed) in range(3, len(listed))


# --- the program dies ---------------------------------------------------------------------------------------


async def test_killed_program_dials_nobody_twice_and_drops_nobody_who_talks(
    asterisk: RealAsterisk,
    observer: AmiObserver,
    phones: Phones,
    phone_ports: dict[str, int],
    desks: AsyncExitStack,
    tmp_path: Path,
) -> None:
    # Every other one rings longer, so that some still ring while others talk.
    listed = numbers("212", "06", 80)
    campaign = CAMPAIGN.format(name="winter", queue="counter") + "ahead_max = 20\n"
    goldline = house(tmp_path / "goldline", asterisk, campaign)
    load(goldline, "winter", listed)
    carrier = Carrier(tmp_path / CARRIER, phone_ports[CARRIER], talk_ms=TALK_MS, ring_ms=1_000)
    with carrier, goldline:
        await go_to_work(goldline, desks)
        await goldline.recorded("ContactConnected", 6, limit_s=30)
        in_hand = await carrier.rings_and_talks(30)
        talking = {event["contact_id"] for event in goldline.ledger("ContactConnected")}
        goldline.kill()
        goldline.start()
        # The lead store keeps what the first run had leased, so not all of them come up again this soon.
        await carrier.saw("dialed", 40, limit_s=60)
        await carrier.all_quiet(30)
        records = await goldline.recorded("AttemptEnded", len(carrier.moments("answered")))

    assert max(carrier.dialed().values()) == 1
    assert [entry for entry in goldline.complaints() if entry["level"] == "error"] == []
    contacts = {event["attempt_id"]: event["contact_id"] for event in goldline.ledger("AttemptAnswered")}
    outcomes: dict[str, list[str]] = {}
    for record in (event["record"] for event in records):
        number = record["number"].removeprefix("+")
        outcomes.setdefault(number, []).append(record["outcome"])
        if number in in_hand and contacts.get(record["attempt_id"]) in talking:
            assert record["outcome"] == "connected"
            assert talk_s(carrier, number) >= TALK_MS / 1_000
    # Who answered while nobody was there may have given up before the program was back.
    assert {tuple(outcomes[number]) for number in in_hand} <= {("connected",), ("dropped",)}


def talk_s(carrier: Carrier, number: str) -> float:
    """Return for how long somebody talked who hung up at the end."""
    (answered,) = (moment for moment in carrier.moments("answered") if moment.number == number)
    (hung_up,) = (moment for moment in carrier.moments("hung_up") if moment.number == number)
    return hung_up.at_s - answered.at_s
