"""The record that pops up, as a view."""

from __future__ import annotations

from core.kernel.clock import seconds
from core.model.commands import PopScreen
from core.model.customer import Customer
from core.model.lead import LeadShown
from web.house import House
from web.pop_url import filled
from web.times import moment, moment_if
from web.views.desk import CustomerView, InteractionView, LeadView, PastAttemptView, RecordView


def record_view(shown: PopScreen, at_us: int, house: House) -> RecordView:
    """Return the record that pops up at `at_us`, with what the house knows besides."""
    results = dict(shown.lead.results) if shown.lead else {}
    return RecordView(
        contact_id=shown.contact_id,
        offer_id=shown.offer_id,
        version=shown.version,
        offered=moment(at_us),
        number=shown.caller_number,
        channel=shown.channel,
        tier=shown.tier,
        queue=shown.queue,
        language=shown.language,
        choices=shown.choices,
        waited_seconds=seconds(shown.waited_us),
        customer=customer_view(shown.customer) if shown.customer else None,
        reference=shown.reference,
        lead=_lead(shown.lead) if shown.lead else None,
        dials_at=moment_if(shown.dials_us),
        url=_url(shown, house.pop_url) if house.pop_url else "",
        dispositions=results or house.results_of(shown.queue),
        disposition_required=bool(results) or house.is_result_required(shown.queue),
        passed_by=shown.passed_by,
    )


def customer_view(customer: Customer) -> CustomerView:
    """Return a customer's record."""
    return CustomerView(
        customer_id=customer.customer_id,
        name=customer.name,
        tier=customer.tier,
        language=customer.language,
        account_number=customer.account_number,
        balance_cents=customer.balance_cents,
        currency=customer.currency,
        notes=customer.notes,
        attributes=dict(customer.attributes),
        last_interactions=tuple(
            InteractionView(
                ended=moment(past.ended_at_us),
                queue=past.queue,
                agent=past.agent,
                outcome=past.outcome,
                disposition=past.disposition,
                notes=past.notes,
            )
            for past in customer.last_interactions
        ),
    )


def _lead(lead: LeadShown) -> LeadView:
    return LeadView(
        campaign=lead.campaign,
        list_name=lead.list_name,
        external_id=lead.external_id,
        attempt=lead.attempt,
        fields=dict(lead.fields),
        script=lead.script,
        past=tuple(
            PastAttemptView(at=moment(past.at_us), outcome=past.outcome, disposition=past.disposition)
            for past in lead.past
        ),
        results=dict(lead.results),
    )


def _url(shown: PopScreen, template: str) -> str:
    values = {
        "number": shown.caller_number,
        "customer_id": shown.customer.customer_id if shown.customer else "",
        "contact_id": shown.contact_id,
        "queue": shown.queue,
        "tier": shown.tier,
        "campaign": shown.lead.campaign if shown.lead else "",
        "external_id": shown.lead.external_id if shown.lead else "",
    }
    return filled(template, values)
