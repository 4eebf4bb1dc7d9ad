"""From the decision for an agent to the customer's record on the agent's screen, and to the phone's ringing.

One agent works in Chromium, at the page that people have, on the demonstration's composition: the engine, a
simulated Asterisk over TCP, the web side. Every offer is turned down, so that the same caller is offered
again and again. The page notes when the record could be seen, after the frame in which it was painted; engine
and phone note their instants by the clock of the same machine.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from playwright.sync_api import expect

from benchmarks.report import options, print_figures
from core.model.commands import DeskCommand
from core.model.events import OfferMade
from core.model.message import DomainEvent
from simulator.channel import Channel, ChannelState
from simulator.listener import PbxListener
from tests.services.browser import open_browser, why_no_browser
from tests.services.desk_page import EXTENSIONS, DeskPage, ready_desk
from tests.services.web_centre import WebCentre

OFFERS, QUICK_OFFERS = 200, 25
P95_MAX_MS = 100.0
AGENT = "anna"
PHONE = f"PJSIP/{EXTENSIONS[AGENT]}"
WATCH = """
() => {
  window.popped = [];
  const look = () => {
    const record = document.querySelector('article');
    const isThere = record !== null && record.getClientRects().length > 0;
    if (isThere && !window.wasThere) {
      // After the next frame was painted, in a task of its own.
      const note = () => window.popped.push(performance.timeOrigin + performance.now());
      requestAnimationFrame(() => setTimeout(note));
    }
    window.wasThere = isThere;
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
}
"""


class Instants(PbxListener):
    """Notes when the agent was chosen, and when the phone rang, in milliseconds since 1970."""

    def __init__(self) -> None:
        self.offered: list[float] = []
        self.rang: list[float] = []

    def add(self, event: DomainEvent) -> None:
        """Note an offer."""
        if isinstance(event, OfferMade) and event.agent_id == AGENT:
            self.offered.append(time.time() * 1e3)

    def show(self, command: DeskCommand) -> None:
        """Hear what the screen is shown: the page says when."""

    def state_changed(self, channel: Channel) -> None:
        """Note that the phone rings."""
        if channel.name.startswith(PHONE) and channel.state is ChannelState.RINGING:
            self.rang.append(time.time() * 1e3)


@contextmanager
def at_work(centre: WebCentre) -> Iterator[tuple[DeskPage, Instants]]:
    """Give a desktop at work, and the instants of the other side."""
    instants = Instants()
    with open_browser() as browser:
        desk = ready_desk(browser, centre, AGENT)
        centre.run(lambda: centre.show.centre.front.listen(instants))
        centre.run(lambda: centre.show.world.exchange.watch(instants))
        desk.page.evaluate(WATCH)
        yield desk, instants


def measure(offers: int) -> tuple[Sequence[float], Sequence[float]]:
    """Return how long the record, and how long the ringing took after each offer, in milliseconds."""
    with WebCentre() as centre, at_work(centre) as (desk, instants):
        centre.call("platinum")
        for number in range(1, offers + 1):
            desk.page.wait_for_function("count => window.popped.length === count", arg=number)
            desk.button("Reject").click()
            expect(desk.state).not_to_have_text("Offered")
            if number < offers:
                desk.button("Ready").click()
        popped: list[float] = desk.page.evaluate("() => window.popped")
    seen_ms = [at - offered for at, offered in zip(popped, instants.offered, strict=False)]
    rang_ms = [at - offered for at, offered in zip(instants.rang, instants.offered, strict=False)]
    return seen_ms, rang_ms


def main() -> int:
    """Measure, print, and return the exit status."""
    chosen = options("Measure how soon an agent sees who calls.")
    missing = why_no_browser()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    seen_ms, rang_ms = measure(QUICK_OFFERS if chosen.quick else OFFERS)
    rows = [
        {
            "what": what,
            "offers": len(took_ms),
            "median ms": statistics.median(took_ms),
            "p95 ms": _p95(took_ms),
            "most ms": max(took_ms),
        }
        for what, took_ms in (("record seen in the page", seen_ms), ("phone rings", rang_ms))
    ]
    ratios = {
        f"p95 over the goal of {P95_MAX_MS:g} ms": _p95(seen_ms) / P95_MAX_MS,
        "share of offers seen before the phone rang": statistics.fmean(
            seen <= rang for seen, rang in zip(seen_ms, rang_ms, strict=True)
        ),
    }
    print_figures("From offer to screen-pop", rows, chosen.as_json, ratios)
    return 0


def _p95(took_ms: Sequence[float]) -> float:
    return sorted(took_ms)[math.ceil(len(took_ms) * 0.95) - 1]


if __name__ == "__main__":
    sys.exit(main())
