"""Finding out who calls: beside the greeting or before going on, in time or not, by number or by PIN."""

from __future__ import annotations

import pytest

from core.kernel.record import replace
from core.model.commands import CancelTimer, HangUpLeg, LookUpCustomer, PlayPrompt, StartTimer
from core.model.customer import Customer
from core.model.events import ContactAbandoned, ContactClosed, CustomerIdentified, QueueingAsked, TimerFired
from core.model.prompts import SayNumber, Sound
from tests.unit.ivr.caller import LI, NUMBER, Caller, flow_of
from tests.unit.playbook import like

BESIDE = flow_of("""
[nodes.start]
kind = "lookup"
wait = false
next = "greeting"
[nodes.greeting]
kind = "play"
prompt = "hello"
next = "service"
""")
BEFORE = flow_of("""
[nodes.start]
kind = "lookup"
next = "cards"
unknown = "bye"
unavailable = "service"
""")
TIMER = ("ivr-lookup", "ivr:1")
QUEUED = like(QueueingAsked, queue="service")


def identified(lookup: str, tier: str = "standard", customer_id: str = "") -> like:
    return like(CustomerIdentified, lookup=lookup, tier=tier, customer_id=customer_id)


# --- beside the greeting --------------------------------------------------------------------------------


def test_store_is_asked_while_the_greeting_plays() -> None:
    assert Caller(BESIDE).calls()[-3:] == [
        LookUpCustomer(lookup_id="ivr:1", deadline_us=200_000, caller_number=NUMBER),
        StartTimer(key=TIMER, at_us=200_000),
        like(PlayPrompt, prompt=(Sound("hello"),)),
    ]


def test_known_customer_has_tier_and_language_before_the_queue() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    assert caller.store_answers(LI) == [CancelTimer(key=TIMER), identified("found", "gold", "K-1")]
    assert (caller.contact.customer, caller.contact.tier, caller.contact.language) == (LI, "gold", "zh")
    assert caller.hears_out() == [QUEUED]


def test_caller_who_hears_the_greeting_out_waits_for_the_answer() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    assert caller.hears_out() == []
    assert caller.store_answers(LI) == [CancelTimer(key=TIMER), identified("found", "gold", "K-1"), QUEUED]


def test_nobody_waits_longer_than_the_deadline() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    caller.hears_out()
    assert caller.deadline_passes() == [CancelTimer(key=TIMER), identified("late"), QUEUED]


def test_late_answer_is_counted_and_changes_nothing() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    caller.deadline_passes()
    assert caller.store_answers(LI) == []
    assert (caller.contact.customer, caller.contact.tier, caller.ivr.late_answers) == (None, "standard", 1)


def test_answer_to_a_question_of_somebody_else_is_not_late() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    assert caller.store_answers(LI, lookup_id="desk:1") == []
    assert caller.ivr.late_answers == 0


def test_deadline_after_the_answer_changes_nothing() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    caller.store_answers(LI)
    assert caller.deadline_passes() == []
    assert caller.contact.customer is LI


def test_timer_of_somebody_else_is_no_deadline() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    assert caller.tell(TimerFired(at_us=1, key=("announce", "ivr:1"))) == []
    assert caller.store_answers(LI)[1] == identified("found", "gold", "K-1")


def test_caller_who_hangs_up_leaves_no_timer_behind() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    assert caller.hangs_up() == [CancelTimer(key=TIMER), like(ContactAbandoned, stage="ivr")]
    assert caller.store_answers(LI) == []


# --- before going on ----------------------------------------------------------------------------------


def test_found_customer_takes_the_way_of_the_known() -> None:
    caller = Caller(BEFORE)
    caller.calls()
    assert caller.store_answers(LI)[-1] == like(QueueingAsked, queue="cards")


def test_unknown_number_takes_the_way_of_strangers() -> None:
    caller = Caller(BEFORE)
    caller.calls()
    assert caller.store_answers(None)[1:3] == [identified("unknown"), like(ContactClosed)]


@pytest.mark.parametrize("reason", ["late", "away"])
def test_store_out_of_reach_takes_its_own_way(reason: str) -> None:
    caller = Caller(BEFORE)
    caller.calls()
    assert caller.store_fails(reason)[1:] == [identified(reason), QUEUED]


def test_withheld_number_is_not_looked_up() -> None:
    caller = Caller(BEFORE, number="")
    assert caller.calls()[-3:-1] == [identified("skipped"), like(ContactClosed)]
    assert caller.asked is None


def test_second_question_waits_for_the_answer_to_the_first() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "lookup"
        wait = false
        next = "again"
        [nodes.again]
        kind = "lookup"
        next = "service"
        """)
    )
    caller.calls()
    made = caller.store_answers(None)
    assert like(LookUpCustomer, lookup_id="ivr:2") in made
    assert caller.store_answers(LI)[-1] == QUEUED


def test_tier_that_routing_does_not_know_counts_as_the_default() -> None:
    caller = Caller(BESIDE)
    caller.calls()
    assert identified("found", "standard", "K-1") in caller.store_answers(replace(LI, tier="diamond"))


def test_flow_without_a_lookup_tells_the_queue_that_nobody_asked() -> None:
    made = Caller(flow_of('[nodes.start]\nkind = "queue"\nqueue = "loans"')).calls()
    assert made[-2:] == [identified("skipped"), like(QueueingAsked, queue="loans")]


# --- languages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of_channel", "of_customer", "spoken"),
    [("", "", "en"), ("zh_CN", "", "zh"), ("", "zh-TW", "zh"), ("zh", "en", "en"), ("fr", "de", "en")],
)
def test_record_stands_above_the_line_and_both_above_the_flow(
    of_channel: str, of_customer: str, spoken: str
) -> None:
    caller = Caller(BESIDE)
    caller.calls(language=of_channel)
    caller.store_answers(replace(LI, language=of_customer))
    assert caller.contact.language == spoken


def test_language_the_caller_chose_stands_above_the_record() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "set"
        language = "en"
        next = "who"
        [nodes.who]
        kind = "lookup"
        next = "service"
        """)
    )
    caller.calls(language="zh")
    caller.store_answers(LI)
    assert caller.contact.language == "en"


# --- account, PIN and balance ------------------------------------------------------------------------

BALANCE = flow_of("""
[nodes.start]
kind = "collect"
prompt = "enter-account"
into = "account"
digits_max = 6
next = "pin"
exhausted = "bye"
[nodes.pin]
kind = "collect"
prompt = "enter-pin"
into = "pin"
digits_max = 4
next = "proof"
exhausted = "bye"
[nodes.proof]
kind = "lookup"
by = "account"
account = "account"
pin = "pin"
refusals = 2
next = "balance"
unknown = "wrong"
unavailable = "service"
[nodes.wrong]
kind = "play"
prompt = "not-recognised"
next = "start"
[nodes.balance]
kind = "balance"
prompt = "you-have"
next = "thanks"
unavailable = "service"
[nodes.thanks]
kind = "play"
prompt = "thank-you"
next = "bye"
""")


def keys_in(caller: Caller, account: str = "123456", pin: str = "4711") -> None:
    caller.presses(account)
    caller.presses(pin)


def at_balance(customer: Customer | None = LI) -> Caller:
    caller = Caller(BALANCE)
    caller.calls()
    keys_in(caller)
    caller.store_answers(customer)
    return caller


def test_account_and_pin_are_proved_by_the_store_and_the_balance_told_in_its_currency() -> None:
    caller = Caller(BALANCE)
    caller.calls()
    caller.presses("123456")
    assert caller.presses("4711")[0] == LookUpCustomer(
        lookup_id="ivr:1", deadline_us=200_000, account_number="123456", pin="4711"
    )
    assert caller.store_answers(LI)[-1] == like(
        PlayPrompt,
        language="zh",
        prompt=(
            Sound("zh/balance"),
            SayNumber(12_345),
            Sound("zh/yuan"),
            Sound("zh/zero"),
            SayNumber(5),
            Sound("zh/fen"),
        ),
    )


def test_account_without_a_pin_is_not_looked_up() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "set"
        variables = { account = "123456", pin = "" }
        next = "proof"
        [nodes.proof]
        kind = "lookup"
        by = "account"
        account = "account"
        pin = "pin"
        next = "bye"
        unknown = "service"
        """)
    )
    assert caller.calls()[-2:] == [identified("skipped"), QUEUED]
    assert caller.asked is None


def test_pin_is_kept_nowhere_after_its_use() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "set"
        variables = { account = "123456", pin = "4711" }
        next = "proof"
        [nodes.proof]
        kind = "lookup"
        by = "account"
        account = "account"
        pin = "pin"
        next = "echo"
        [nodes.echo]
        kind = "say"
        what = "digits"
        of = "variable.pin"
        next = "bye"
        missing = "service"
        """)
    )
    caller.calls()
    assert caller.store_answers(LI)[-1] == QUEUED


def test_who_hangs_up_after_the_balance_was_served() -> None:
    caller = at_balance()
    caller.hears_out()
    assert caller.hangs_up() == [like(ContactClosed)]


def test_who_hangs_up_before_the_balance_left_in_vain() -> None:
    assert at_balance().hangs_up() == [like(ContactAbandoned, stage="ivr")]


def test_served_caller_is_hung_up_on_at_the_end() -> None:
    caller = at_balance()
    caller.hears_out()
    assert caller.hears_out() == [like(ContactClosed), like(HangUpLeg)]


def test_wrong_pins_are_refused_unasked_after_the_limit() -> None:
    caller = Caller(BALANCE)
    caller.calls()
    for _ in range(2):
        keys_in(caller)
        assert caller.store_answers(None)[-1] == like(PlayPrompt)
        caller.hears_out()
    caller.presses("123456")
    assert caller.presses("0000") == [QUEUED]


def test_customer_without_a_balance_goes_to_a_human() -> None:
    caller = Caller(BALANCE)
    caller.calls()
    keys_in(caller)
    assert caller.store_answers(replace(LI, balance_cents=None))[-1] == QUEUED


def test_balance_is_not_told_to_a_mere_caller_number() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "lookup"
        next = "balance"
        [nodes.balance]
        kind = "balance"
        next = "bye"
        unavailable = "service"
        """)
    )
    caller.calls()
    assert caller.store_answers(LI)[-1] == QUEUED
