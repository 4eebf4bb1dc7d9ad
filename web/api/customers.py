"""The customers' records, for people who look one up."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from core.kernel.clock import SECOND_US
from core.model.commands import LookUpCustomer
from core.model.ids import CustomerId
from web.asked import Name
from web.callers import OfSite, Role, allow
from web.live.records import customer_view
from web.paging import Cursor, Limit, Page, page_of
from web.problems import ProblemRaised
from web.views.desk import CustomerView

router = APIRouter(
    prefix="/customers",
    tags=["customers"],
    dependencies=[allow(Role.AGENT, Role.SUPERVISOR, Role.CAMPAIGN_MANAGER)],
)

Sought = Annotated[
    str, Query(min_length=2, max_length=100, description="An id, an account, a number, a part of a name.")
]


@router.get("")
async def seek_customers(
    site: OfSite, sought: Sought, limit: Limit = 50, cursor: Cursor = ""
) -> Page[CustomerView]:
    """Find customers, without what was talked with them."""
    found = await site.customers.seek_customers(sought, cursor, limit + 1)
    return page_of(found, limit, lambda each: each.customer_id, customer_view)


@router.get("/{customer_id}")
async def customer(customer_id: Name, site: OfSite) -> CustomerView:
    """Tell one customer's record with the last interactions."""
    lookup = LookUpCustomer(lookup_id="", deadline_us=SECOND_US, customer_id=CustomerId(customer_id))
    found = await site.customers.find_customer(lookup)
    if found is None:
        raise ProblemRaised(HTTPStatus.NOT_FOUND, "unknown_customer", "there is no such customer")
    return customer_view(found)
