"""The engine hears when a desk is on a screen, and when on none; which screen it is, is no news."""

from __future__ import annotations

from core.model.ids import AgentId
from core.model.message import Event
from core.model.requests import DeskBack, DeskLost
from tests.services.clocks import NOON_US, Wristwatch
from web.front import FrontOffice
from web.live.holders import Holders
from web.live.screen_news import ScreenNews

ANNA = AgentId("anna")


class Page:
    """A page in a browser."""

    screen = ""

    def lose_desk(self, since_us: int) -> None:
        """Show the desk no more."""


def test_engine_hears_of_the_first_screen_and_of_the_end_of_the_last() -> None:
    told: list[Event] = []
    holders = Holders()
    holders.watch(ScreenNews(FrontOffice(told.append), Wristwatch()))
    at_home, at_work = Page(), Page()
    assert holders.hold(ANNA, at_home, NOON_US, take_over=False) is None
    assert told == [DeskBack(at_us=NOON_US, agent_id=ANNA)]
    holders.hold(ANNA, at_work, NOON_US, take_over=True)
    holders.let_go(ANNA, at_home)
    assert len(told) == 1
    holders.let_go(ANNA, at_work)
    assert told[1:] == [DeskLost(at_us=NOON_US, agent_id=ANNA)]
