"""Who is told how the program does: machines of the house's networks, and whoever shows the token."""

from __future__ import annotations

from ipaddress import ip_network

import httpx
import pytest

from goldline.config_metrics import MetricsSection, monitors_of
from tests.services.sites import HOST
from web.api.health import build_ops_application
from web.ops.monitors import LOOPBACK, Monitors, Network
from web.ops.ops import Ops
from web.ops.readings import Reading

TOKEN = "a long token of the monitors"
OFFICE: tuple[Network, ...] = (ip_network("10.20.0.0/16"), ip_network("2001:db8::/32"))


async def answer_of(ops: Ops, path: str, address: str = "127.0.0.1", token: str = "") -> httpx.Response:
    """Return what is answered to who asks from `address`."""
    transport = httpx.ASGITransport(build_ops_application(ops), client=(address, 50_000))
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        return await client.get(path, headers=headers)


async def asked(path: str, address: str, token: str = "", monitors: Monitors | None = None) -> httpx.Response:
    """Return what an engine without Asterisk answers."""
    ops = Ops(monitors=monitors or Monitors())
    ops.readiness.require("pbx", lambda: "the state of Asterisk is not known")
    ops.exposition.read(lambda: iter([Reading("goldline_engine_run", 7)]))
    return await answer_of(ops, path, address, token)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.9", "::1", "::ffff:127.0.0.1"])
async def test_as_installed_this_machine_alone_is_told(address: str) -> None:
    metrics = await asked("/metrics", address)
    assert (metrics.status_code, "goldline_engine_run 7.0" in metrics.text) == (200, True)
    assert (await asked("/readyz", address)).json()["missing"] == {
        "pbx": "the state of Asterisk is not known"
    }


@pytest.mark.parametrize("address", ["10.20.0.9", "203.0.113.7", "2001:db8::7", "::ffff:10.20.0.9", ""])
async def test_strangers_learn_whether_it_lives_and_is_ready_and_no_more(address: str) -> None:
    metrics, readiness = await asked("/metrics", address), await asked("/readyz", address)
    assert (metrics.status_code, metrics.json()["code"]) == (401, "no_monitor")
    assert metrics.headers["WWW-Authenticate"] == "Bearer"
    assert (readiness.status_code, readiness.json()) == (503, {"status": "not ready"})
    assert (await asked("/healthz", address)).status_code == 200


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/readyz", 503)])
async def test_balancers_that_ask_for_no_body_are_told_as_well(path: str, status: int) -> None:
    ops = Ops()
    ops.readiness.require("pbx", lambda: "the state of Asterisk is not known")
    transport = httpx.ASGITransport(build_ops_application(ops))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
        assert (await client.head(path)).status_code == status


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("10.20.255.1", 200),
        ("::ffff:10.20.0.9", 200),
        ("2001:db8::7", 200),
        ("10.21.0.1", 401),
        ("127.0.0.1", 401),
    ],
)
async def test_the_networks_of_the_house_are_told(address: str, status: int) -> None:
    assert (await asked("/metrics", address, monitors=Monitors(networks=OFFICE))).status_code == status


@pytest.mark.parametrize(("shown", "status"), [(TOKEN, 200), (TOKEN[:-1], 401), ("", 401), ("unknown", 401)])
async def test_who_shows_the_token_is_told_from_anywhere(shown: str, status: int) -> None:
    monitors = Monitors(token=TOKEN)
    assert (await asked("/metrics", "203.0.113.7", shown, monitors)).status_code == status


async def test_without_a_token_an_empty_one_opens_nothing() -> None:
    assert not Monitors(networks=()).may_look("127.0.0.1", "Bearer ")


def test_the_configuration_names_networks_and_the_token() -> None:
    section = MetricsSection.model_validate({"networks": ["10.20.0.0/16", "2001:db8::/32"], "token": TOKEN})
    assert monitors_of(section) == Monitors(networks=OFFICE, token=TOKEN)
    assert monitors_of(MetricsSection()) == Monitors(networks=LOOPBACK)
    assert TOKEN not in repr(section) + repr(monitors_of(section))


async def test_what_it_goes_on_without_is_told_and_leaves_it_ready() -> None:
    ops = Ops()
    ops.readiness.require("pbx", lambda: "")
    ops.readiness.wish("bus", lambda: "connection refused")
    answer = await answer_of(ops, "/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "missing": {"bus": "connection refused"}}
