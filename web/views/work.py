"""What is still to be done: callbacks and tasks."""

from __future__ import annotations

from datetime import datetime

from web.views.view import View


class CallbackView(View):
    """A callback that was promised. It comes up at `due`, at once where that is null."""

    contact_id: str
    number: str
    queue: str
    customer_id: str
    tier: str
    booked: datetime
    due: datetime | None
    agent_id: str
    attempts: int


class TaskView(View):
    """Work without a call; `reference` says what it is, or where it is found."""

    work_id: str
    contact_id: str
    channel: str
    queue: str
    customer_id: str
    tier: str
    reference: str
    added: datetime
