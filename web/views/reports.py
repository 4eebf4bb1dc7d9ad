"""What reports show: part of the views of the API (`web.views`), row by row.

The figures of contacts are made by the same fold as those that are shown live (`metrics.today`).
"""

from __future__ import annotations

from datetime import date, datetime

from web.views.view import View


class FiguresView(View):
    """The contacts that came to queues in a span of time, by the same fold as the live figures."""

    offered: int
    answered: int
    abandoned: int
    blocked: int
    elsewhere: int
    service_levels: dict[str, float | None]
    abandoned_share: float | None
    mean_wait_seconds: float | None
    p95_wait_seconds: float | None
    mean_handle_seconds: float | None


class GroupReportView(FiguresView):
    """The same of one queue or one tier (`/reports/queues`, `/reports/tiers`)."""

    name: str


class DayReportView(FiguresView):
    """The same of one day of the centre's calendar (`/reports/days`)."""

    day: date


class IntervalReportView(FiguresView):
    """The same of one interval of a day (`/reports/intervals`): contacts by when they came.

    `waiting_mean` and `waiting_max` are of the line in the interval, `ready` and `working` mean numbers of
    agents; they are null where contacts of one tier are asked for.
    """

    starts: datetime
    waiting_mean: float | None = None
    waiting_max: int | None = None
    ready: float | None = None
    working: float | None = None


class AgentReportView(View):
    """How an agent spent a span of time (`/reports/agents`).

    `worked` counts work besides calls, `missed` offers that came to nothing.
    """

    agent_id: str
    name: str
    handled: int
    worked: int
    missed: int
    talk_seconds: float
    hold_seconds: float
    wrap_up_seconds: float
    ready_seconds: float
    not_ready_seconds: float
    logged_in_seconds: float
    occupancy: float | None


class InteractionReportView(View):
    """One finished interaction (`/reports/interactions`)."""

    contact_id: str
    arrived: datetime
    ended: datetime
    channel: str
    queue: str
    tier: str
    number: str
    customer_id: str
    agent_id: str
    outcome: str
    disposition: str
    waited_seconds: float
    talk_seconds: float
    hold_seconds: float
    wrap_up_seconds: float


class WhyView(View):
    """Why a contact went to whom it went, in lines for people, as `goldline why` tells it."""

    lines: tuple[str, ...]
