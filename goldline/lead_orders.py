"""How the dialer's orders reach the store of leads, and what it answers comes back as.

In virtual time the store answers at once. Live each order is a task of its own: a question has a deadline
and is answered in any case, what is to be written is tried again until it is, for as long as the order may
still matter, and nothing follows one order of a lead that another must precede: all of them name its lease.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog

from core.kernel.clock import Clock
from core.kernel.record import replace
from core.model.lead_orders import (
    AttemptsCounted,
    CheckNumbers,
    CountAttempts,
    CountResults,
    Disengage,
    KeepEngaged,
    KeepLeads,
    LeadCommand,
    LeadsLeased,
    LeadsUnavailable,
    LeaseLeads,
    ListingWritten,
    ListNumber,
    LookUpNumber,
    NumberLookedUp,
    NumbersChecked,
    NumbersUnchecked,
    ResultsCounted,
    ReturnLeads,
    SettleLead,
)
from core.model.message import Event
from core.ports import LeadStore, Sink
from crm.leads.numbers import NumberReader

log = structlog.get_logger()

ANSWER_WITHIN_S = 5.0
"""A store that takes longer to answer counts as away: those to dial are soon no longer those."""
WRITE_AGAIN_S = (0.1, 1.0, 5.0, 15.0, 30.0, *(60.0,) * 60)
"""The pauses between the tries to write an order: about an hour, as long as a lead is leased."""
CLOSE_WITHIN_S = 3.0
"""How long the end of the program may wait for what is still to be written."""
UNWRITTEN_MAX = 10_000
"""Orders that wait to be written at once: an hour's attempts of a large campaign."""


async def carry_out(order: LeadCommand, store: LeadStore, now_us: int) -> Event | None:
    """Carry out one order; return the answer, stamped `now_us`, None where none is due."""
    kind = type(order)
    do = QUESTIONS[kind] if kind in QUESTIONS else WRITES[kind]
    return await do(order, store, now_us)


async def _lease(order: LeaseLeads, store: LeadStore, now_us: int) -> LeadsLeased:
    leads = tuple(await store.lease_leads(order))
    return LeadsLeased(
        at_us=now_us,
        campaign=order.campaign,
        lease_id=order.lease_id,
        leads=leads,
        registers_from_us=await _registers(store),
    )


async def _check(order: CheckNumbers, store: LeadStore, now_us: int) -> NumbersChecked:
    # First of all: whoever had them before has written down by then what came of it.
    engaged = tuple(await store.engage(order))
    return NumbersChecked(
        at_us=now_us,
        campaign=order.campaign,
        check_id=order.check_id,
        listed_on=tuple(await store.listings(order.campaign, order.numbers)),
        past=tuple(await store.past_of(list(zip(order.person_ids, order.numbers, strict=True)))),
        registers_from_us=await _registers(store),
        engaged=engaged,
    )


async def _look_up(order: LookUpNumber, store: LeadStore, now_us: int) -> NumberLookedUp:
    number = NumberReader(order.region).read(order.number)
    return NumberLookedUp(
        at_us=now_us,
        campaign=order.campaign,
        check_id=order.check_id,
        number=number.number if number else "",
        lead=await store.find_lead(order.campaign, number) if number else None,
        registers_from_us=await _registers(store),
    )


async def _count_attempts(order: CountAttempts, store: LeadStore, now_us: int) -> AttemptsCounted:
    return AttemptsCounted(
        at_us=now_us,
        campaign=order.campaign,
        from_us=order.from_us,
        until_us=order.until_us,
        minutes=tuple(await store.count_attempts(order)),
    )


async def _count_results(order: CountResults, store: LeadStore, now_us: int) -> ResultsCounted:
    results = tuple(await store.count_results(order))
    return ResultsCounted(at_us=now_us, campaign=order.campaign, results=results)


async def _settle(order: SettleLead, store: LeadStore, _now_us: int) -> None:
    await store.settle_lead(order)


async def _keep(order: KeepLeads, store: LeadStore, _now_us: int) -> None:
    await store.keep_leads(order)


async def _give_back(order: ReturnLeads, store: LeadStore, _now_us: int) -> None:
    await store.return_leads(order)


async def _keep_engaged(order: KeepEngaged, store: LeadStore, _now_us: int) -> None:
    await store.keep_engaged(order)


async def _disengage(order: Disengage, store: LeadStore, _now_us: int) -> None:
    await store.disengage(order)


async def _list(order: ListNumber, store: LeadStore, now_us: int) -> ListingWritten:
    await store.list_number(order)
    return ListingWritten(at_us=now_us, campaign=order.campaign, number=order.number)


async def _registers(store: LeadStore) -> tuple[tuple[str, int], ...]:
    return tuple(sorted((await store.registers_from_us()).items()))


Carrier = Callable[[Any, LeadStore, int], Awaitable[Event | None]]
"""Carries out an order to a store at an instant, and returns the answer."""

QUESTIONS: Mapping[type[LeadCommand], Carrier] = {
    LeaseLeads: _lease,
    CheckNumbers: _check,
    LookUpNumber: _look_up,
    CountAttempts: _count_attempts,
    CountResults: _count_results,
}
"""What is worth nothing unless it is answered soon."""

WRITES: Mapping[type[LeadCommand], Carrier] = {
    SettleLead: _settle,
    KeepLeads: _keep,
    ReturnLeads: _give_back,
    KeepEngaged: _keep_engaged,
    Disengage: _disengage,
    ListNumber: _list,
}
"""What the store must come to know, however late."""


def unavailable(order: LeadCommand, reason: str, now_us: int) -> Event | None:
    """Return what the engine is told whose question got no answer; `reason` is `late` or `away`."""
    match order:
        case LeaseLeads(campaign=campaign, lease_id=lease_id):
            return LeadsUnavailable(at_us=now_us, campaign=campaign, lease_id=lease_id, reason=reason)
        case (
            CheckNumbers(campaign=campaign, check_id=check_id)
            | LookUpNumber(campaign=campaign, check_id=check_id)
        ):
            return NumbersUnchecked(at_us=now_us, campaign=campaign, check_id=check_id, reason=reason)
    return None


class LeadClerk:
    """Carries out orders to a real store, each in a task; what it learns goes to `sink`.

    `lost` counts writes that were given up: their attempts are in the ledger, their leads come up again when
    the lease is over.
    """

    def __init__(self, store: LeadStore, sink: Sink, clock: Clock) -> None:
        self._store = store
        self._sink = sink
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._unwritten = 0
        self.lost = 0

    def ask(self, order: LeadCommand) -> None:
        """Have a question answered within its deadline."""
        self._begin(self._ask(order))

    def write(self, order: LeadCommand) -> None:
        """Have an order written, however often that takes."""
        if self._unwritten >= UNWRITTEN_MAX:
            self._lose(order)
        else:
            self._unwritten += 1
            self._begin(self._write(order))

    async def close(self) -> None:
        """Let what is under way be written, in so far as the store is there; the rest is let go of.

        What was not written comes up again when its lease is over, and its attempt is in the ledger.
        """
        tasks = list(self._tasks)  # det-ok: all are waited for, in whatever order
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_WITHIN_S)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)  # det-ok: live only
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ask(self, order: LeadCommand) -> None:
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                answer = await carry_out(order, self._store, 0)
        except TimeoutError:
            answer = unavailable(order, "late", 0)
        except OSError:
            answer = unavailable(order, "away", 0)
        self._tell(answer)

    def _tell(self, answer: Event | None) -> None:
        if answer is not None:
            self._sink(replace(answer, at_us=self._clock.now_us()))

    async def _write(self, order: LeadCommand) -> None:
        try:
            for pause_s in WRITE_AGAIN_S:
                try:
                    answer = await carry_out(order, self._store, 0)
                except OSError:  # TimeoutError is one
                    await asyncio.sleep(pause_s)
                else:
                    self._tell(answer)
                    return
            self._lose(order)
        except asyncio.CancelledError:  # the program ends, and the store is still away
            self._lose(order)
            raise
        finally:
            self._unwritten -= 1

    def _lose(self, order: LeadCommand) -> None:
        self.lost += 1
        log.error("order_to_lead_store_lost", kind=type(order).__name__, campaign=order.campaign)
