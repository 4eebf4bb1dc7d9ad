"""Agents call on a real Asterisk: leads that they look at first, numbers that they type, over a carrier."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.services.ami_observer import AmiObserver
from tests.services.asterisk import RealAsterisk
from tests.services.carrier import Carrier
from tests.services.desk import Desk, Refused
from tests.services.goldline import GoldlineServer
from tests.services.ports import free_udp_port
from tests.services.sipp import Phones
from tests.services.talks import extension_of, stamped_s

# The observer ends what calls still stand after a test: the ledger of the next one gives their ids again.
pytestmark = [pytest.mark.asterisk, pytest.mark.slow, pytest.mark.usefixtures("observer")]

CARRIER = "carrier"
PHONE, STANDING_PHONE = "2001", "2002"
TRUNK = f"""
[trunks.carrier]
address = "PJSIP/{{number}}@{CARRIER}"
strip = "+"
"""
AGENTS = """
[agents.ann]
skills = { sales = 5 }

[agents.bob]
skills = { sales = 5 }
standing = true
"""
CAMPAIGN = """
[campaigns.winter]
queue = "counter"
country = "US"
trunks = ["carrier"]
safe_harbour = "sorry"
starts = true
mode = "{mode}"

[campaigns.winter.agents]
dial = true
script = "Ask for the plan."
"""
PERSON, BUSY = "+12125550100", "+12125550102"
AT_ONCE_S = 0.25
"""What 99 of a hundred people who answer may wait for an agent who is there."""
LONG_MS = 15_000
"""Longer than the program takes to start anew, on a busy machine."""


@pytest.fixture(scope="module")
def phone_ports() -> dict[str, int]:
    """Return the ports of the carrier and of the agents' phones, which one process plays."""
    agents_port = free_udp_port()
    return {CARRIER: free_udp_port(), PHONE: agents_port, STANDING_PHONE: agents_port}


@pytest.fixture
def phones(phone_ports: dict[str, int], asterisk: RealAsterisk, tmp_path: Path) -> Iterator[Phones]:
    """Let the agents' phones answer and stay on the line."""
    with Phones(tmp_path / "phones", phone_ports[PHONE]) as answering:
        yield answering


@pytest.fixture
def carrier(phone_ports: dict[str, int], tmp_path: Path) -> Iterator[Carrier]:
    with Carrier(tmp_path / CARRIER, phone_ports[CARRIER]) as network:
        yield network


@pytest.fixture
async def desks() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as open_desks:
        yield open_desks


def house(folder: Path, asterisk: RealAsterisk, mode: str, *listed: str) -> GoldlineServer:
    """Return the program with a campaign of that mode, whose leads have these numbers; not yet started."""
    goldline = GoldlineServer(folder, asterisk, {}, tables=TRUNK + CAMPAIGN.format(mode=mode) + AGENTS)
    if listed:
        rows = [f"K-{place},{number},gold\n" for place, number in enumerate(listed)]
        (folder / "winter.csv").write_text("".join(["external_id,phone,plan\n", *rows]))
        goldline.run("campaign", "import", "winter", str(folder / "winter.csv"))
    return goldline


async def open_desk(goldline: GoldlineServer, desks: AsyncExitStack, agent: str) -> Desk:
    return await desks.enter_async_context(goldline.desk(agent))


def heard_after_s(observer: AmiObserver) -> float:
    """Return how long the one who answered waited for the agent, by Asterisk's own events."""
    answered_s, bridges = 0.0, dict[str, list[float]]()
    for event in observer.events:
        if event["Event"] == "BridgeEnter":
            bridges.setdefault(event["BridgeUniqueid"], []).append(stamped_s(event))
        elif event["Event"] == "Newstate" and event["ChannelStateDesc"] == "Up":
            answered_s = stamped_s(event) if extension_of(event["Channel"]) == CARRIER else answered_s
    (joined_s,) = (max(entered) for entered in bridges.values() if len(entered) == 2)
    return joined_s - answered_s


async def test_lead_is_looked_at_then_called_and_hears_the_agent_at_once(
    asterisk: RealAsterisk,
    observer: AmiObserver,
    phones: Phones,
    carrier: Carrier,
    desks: AsyncExitStack,
    tmp_path: Path,
) -> None:
    with house(tmp_path / "goldline", asterisk, "preview", PERSON) as goldline:
        ann = await open_desk(goldline, desks, "ann")
        await ann.log_in(PHONE)
        pop = await ann.shown("PopScreen")
        lead = pop.fields["lead"]
        assert (lead["external_id"], lead["fields"]) == ("K-0", [["plan", "gold"]])
        assert lead["script"] == "Ask for the plan."
        assert phones.moments("rang") == []

        await ann.ask("PreviewDial", offer_id=pop.fields["offer_id"], version=pop.fields["version"])
        await goldline.recorded("ContactConnected")
        (ended,) = await goldline.recorded("AttemptEnded")
    rang, dialed = phones.moments("rang")[0], carrier.moments("dialed")[0]
    assert rang.at_s < dialed.at_s
    assert heard_after_s(observer) <= AT_ONCE_S
    record = ended["record"]
    assert (record["outcome"], record["mode"], record["agent_id"]) == ("connected", "preview", "ann")
    assert record["agent_was_sure"]
    # What those hear for whom no agent is there has no key to opt out; an agent who dials is there.
    assert [entry.get("where") for entry in goldline.complaints()] == ["campaigns.winter.safe_harbour"]


async def test_number_typed_rings_the_agents_phone_first(
    asterisk: RealAsterisk,
    observer: AmiObserver,
    phones: Phones,
    carrier: Carrier,
    desks: AsyncExitStack,
    tmp_path: Path,
) -> None:
    with house(tmp_path / "goldline", asterisk, "manual") as goldline:
        ann = await open_desk(goldline, desks, "ann")
        await ann.log_in(PHONE)
        for typed, code in (("four two", "no_such_number"), ("911", "no_such_number")):
            with pytest.raises(Refused, match=code):
                await ann.ask("DialNumber", number=typed)
        begin = len(ann.frames)
        await ann.ask("DialNumber", number="(212) 555-0102")
        (busy,) = await goldline.recorded("AttemptEnded")
        await ann.shown("ShowAgentState", begin, state="ready")
        await ann.ask("DialNumber", number="212 555 0100")
        _, talked = await goldline.recorded("AttemptEnded", 2)
    assert (busy["outcome"], busy["record"]["number"]) == ("busy", BUSY)
    assert (talked["outcome"], talked["record"]["number"]) == ("connected", PERSON)
    assert [talked["record"][name] for name in ("mode", "list_name", "agent_id")] == [
        "manual",
        "by hand",
        "ann",
    ]
    assert heard_after_s(observer) <= AT_ONCE_S
    assert len(phones.moments("rang")) == 2


async def test_number_typed_by_an_agent_whose_call_stands_rings_no_phone(
    asterisk: RealAsterisk,
    observer: AmiObserver,
    phones: Phones,
    carrier: Carrier,
    desks: AsyncExitStack,
    tmp_path: Path,
) -> None:
    with house(tmp_path / "goldline", asterisk, "manual") as goldline:
        bob = await open_desk(goldline, desks, "bob")
        await bob.stand_by(STANDING_PHONE)
        await bob.ask("DialNumber", number="212 555 0100")
        await goldline.recorded("ContactConnected")
        begin = len(bob.frames)
        await bob.ask("HangUpContact")
        await bob.shown("ShowAgentState", begin, state="ready", standing="in_hand")
        (ended,) = await goldline.recorded("AttemptEnded")
    assert (ended["outcome"], ended["record"]["agent_id"]) == ("connected", "bob")
    assert heard_after_s(observer) <= AT_ONCE_S
    assert len(phones.moments("rang")) == 1


async def test_killed_program_lets_agent_and_customer_talk_on(
    asterisk: RealAsterisk, phones: Phones, phone_ports: dict[str, int], desks: AsyncExitStack, tmp_path: Path
) -> None:
    network = Carrier(tmp_path / CARRIER, phone_ports[CARRIER], talk_ms=LONG_MS)
    with network, house(tmp_path / "goldline", asterisk, "preview", PERSON) as goldline:
        await call_first_lead(goldline, desks)
        await goldline.recorded("ContactConnected")
        goldline.kill()
        goldline.start()
        (ended,) = await goldline.recorded("AttemptEnded", limit_s=30)
    assert (ended["outcome"], ended["record"]["agent_id"]) == ("connected", "ann")
    assert network.moments("was_hung_up") == []
    assert max(network.dialed().values()) == 1


async def test_who_is_still_rung_when_the_program_is_back_finds_an_agent(
    asterisk: RealAsterisk, phones: Phones, phone_ports: dict[str, int], desks: AsyncExitStack, tmp_path: Path
) -> None:
    """Her phone was let go: nobody knew whom it was for. So she is rung anew for who answers."""
    network = Carrier(tmp_path / CARRIER, phone_ports[CARRIER], ring_ms=LONG_MS)
    with network, house(tmp_path / "goldline", asterisk, "preview", PERSON) as goldline:
        await call_first_lead(goldline, desks)
        await goldline.recorded("AttemptDialed")
        goldline.kill()
        goldline.start()
        (connected,) = await goldline.recorded("ContactConnected", limit_s=30)
        (ended,) = await goldline.recorded("AttemptEnded", limit_s=30)
    assert (connected["agent_id"], ended["contact_id"]) == ("ann", connected["contact_id"])
    assert max(network.dialed().values()) == 1


async def call_first_lead(goldline: GoldlineServer, desks: AsyncExitStack) -> None:
    """Let ann come to work and call the first lead that she is shown."""
    ann = await open_desk(goldline, desks, "ann")
    await ann.log_in(PHONE)
    await ann.shown("PopScreen")
    await ann.ask("PreviewDial")
