"""What each kind of node makes a caller hear, and where it sends the call."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.kernel.clock import microseconds
from core.kernel.record import replace
from core.model.commands import (
    AnswerLeg,
    CollectDigits,
    HangUpLeg,
    PlayPrompt,
    RecordMessage,
    TagLeg,
    TransferLeg,
)
from core.model.contact import ContactState, Requirement
from core.model.events import (
    ChoiceMade,
    ContactAbandoned,
    ContactClosed,
    ContactSentOn,
    CustomerIdentified,
    MessageLeft,
    QueueingAsked,
)
from core.model.prompts import SayDate, SayDigits, SayNumber, Sound
from ivr.prompts import CHINESE, ENGLISH
from tests.unit.ivr.caller import LEG, LI, NUMBER, Callbacks, Caller, Queues, flow_of
from tests.unit.playbook import like

HELLO = (Sound("hello"),)
SKIPPED = like(CustomerIdentified, lookup="skipped")


def at(text: str) -> int:
    """Return an instant in UTC as microseconds."""
    return microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


# --- answer and play ---------------------------------------------------------------------------------


def test_call_is_answered_and_greeted() -> None:
    caller = Caller(
        flow_of("""
        [nodes.start]
        kind = "answer"
        next = "greeting"
        [nodes.greeting]
        kind = "play"
        prompt = "hello"
        next = "bye"
        """)
    )
    assert caller.calls()[-1] == AnswerLeg(leg_id=LEG, step="ivr:1")
    assert caller.hears_out() == [PlayPrompt(leg_id=LEG, step="ivr:2", prompt=HELLO, language="en")]
    assert caller.hears_out() == [
        like(ContactClosed, outcome=ContactState.CLOSED),
        HangUpLeg(leg_id=LEG),
    ]


def test_call_that_cannot_be_answered_is_given_up() -> None:
    caller = Caller(flow_of('[nodes.start]\nkind = "answer"\nnext = "bye"'))
    caller.calls()
    assert caller.ends_step("failed") == [like(ContactAbandoned, stage="ivr"), HangUpLeg(leg_id=LEG)]


def test_missing_recording_does_not_stop_the_call() -> None:
    caller = Caller(flow_of('[nodes.start]\nkind = "play"\nprompt = "hello"\nnext = "service"'))
    caller.calls()
    assert caller.ends_step("failed") == [SKIPPED, like(QueueingAsked, queue="service")]


@pytest.mark.parametrize(("barge_in", "keys"), [("true", "0123456789*#"), ("false", "")])
def test_any_key_cuts_a_prompt_short_only_where_the_flow_says_so(barge_in: str, keys: str) -> None:
    nodes = f'[nodes.start]\nkind = "play"\nprompt = "hello"\nbarge_in = {barge_in}\nnext = "bye"'
    assert Caller(flow_of(nodes)).calls()[-1] == like(PlayPrompt, stop_digits=keys)


# --- menus -----------------------------------------------------------------------------------------------

MENU = """
[nodes.start]
kind = "menu"
prompt = "hello"
options = { 1 = "cards", "*" = "bye" }
retries = 1
timeout_s = 4.0
invalid = "invalid-choice"
silent = "no-choice"
exhausted = "service"
"""


def test_menu_takes_one_key_while_it_speaks() -> None:
    assert Caller(flow_of(MENU)).calls()[-1] == CollectDigits(
        leg_id=LEG,
        step="ivr:1",
        prompt=HELLO,
        language="en",
        digits_max=1,
        terminators="",
        first_timeout_us=4_000_000,
        next_timeout_us=4_000_000,
    )


def test_key_chooses_the_way_and_is_remembered_for_the_agent() -> None:
    caller = Caller(flow_of(MENU))
    caller.calls()
    assert caller.presses("1") == [
        like(ChoiceMade, node="start", choice="cards"),
        SKIPPED,
        like(QueueingAsked, queue="cards"),
    ]
    assert caller.contact.choices == ("cards",)


def test_star_is_a_key_like_any_other() -> None:
    caller = Caller(flow_of(MENU))
    caller.calls()
    assert like(ContactClosed) in caller.presses("*")


def test_wrong_key_repeats_the_menu_after_a_word_about_it() -> None:
    caller = Caller(flow_of(MENU))
    caller.calls()
    assert caller.presses("9") == [like(CollectDigits, prompt=(Sound("pm-invalid-option"), *HELLO))]
    assert caller.presses("1")[0] == like(ChoiceMade, choice="cards")


def test_silence_repeats_the_menu_and_then_gives_up_asking() -> None:
    caller = Caller(flow_of(MENU))
    caller.calls()
    assert caller.is_silent() == [
        like(CollectDigits, prompt=(Sound("vm-sorry"), Sound("vm-pls-try-again"), *HELLO))
    ]
    assert caller.is_silent() == [SKIPPED, like(QueueingAsked, queue="service")]
    assert caller.contact.choices == ()


def test_broken_collection_uses_up_a_try_and_cannot_loop() -> None:
    caller = Caller(flow_of(MENU))
    caller.calls()
    caller.ends_step("failed")
    assert like(QueueingAsked, queue="service") in caller.ends_step("failed")


def test_menu_without_barge_in_is_heard_out_each_time_before_keys_count() -> None:
    caller = Caller(flow_of(MENU + "barge_in = false\n"))
    assert caller.calls()[-1] == like(PlayPrompt, prompt=HELLO, stop_digits="")
    assert caller.hears_out() == [like(CollectDigits, prompt=())]
    assert caller.presses("7") == [like(PlayPrompt, prompt=(Sound("pm-invalid-option"), *HELLO))]
    assert caller.hears_out() == [like(CollectDigits, prompt=())]
    assert caller.presses("1")[0] == like(ChoiceMade, choice="cards")


# --- collecting and saying ---------------------------------------------------------------------------

COLLECT = """
[nodes.start]
kind = "collect"
prompt = "enter-account"
into = "account"
digits_min = 4
digits_max = 6
retries = 1
invalid = "not-recognised"
next = "echo"
exhausted = "service"
[nodes.echo]
kind = "say"
what = "digits"
of = "variable.account"
next = "bye"
"""


@pytest.mark.parametrize(("digits", "outcome"), [("123456", "done"), ("1234", "done"), ("12345", "timeout")])
def test_complete_entry_is_kept_and_read_back(digits: str, outcome: str) -> None:
    caller = Caller(flow_of(COLLECT))
    assert caller.calls()[-1] == like(
        CollectDigits,
        digits_max=6,
        terminators="#",
        first_timeout_us=6_000_000,
        next_timeout_us=3_000_000,
    )
    assert caller.ends_step(outcome, digits) == [like(PlayPrompt, prompt=(SayDigits(digits),))]


@pytest.mark.parametrize(
    ("digits", "outcome"), [("123", "done"), ("12", "timeout"), ("", "done"), ("12*4", "done")]
)
def test_incomplete_entry_is_asked_for_again(digits: str, outcome: str) -> None:
    caller = Caller(flow_of(COLLECT))
    caller.calls()
    (again,) = caller.ends_step(outcome, digits)
    assert isinstance(again, CollectDigits)
    assert again.prompt[:2] == (Sound("vm-incorrect"), Sound("vm-pls-try-again"))
    assert like(QueueingAsked, queue="service") in caller.is_silent()


@pytest.mark.parametrize(
    ("keys", "heard"),
    [
        ('what = "number"\nvalue = "17"', (SayNumber(17),)),
        ('what = "digits"\nvalue = "95588"', (SayDigits("95588"),)),
        (
            'what = "amount"\nvalue = "250"',
            (SayNumber(2), Sound("digits/dollars"), Sound("vm-and"), SayNumber(50)),
        ),
        ('what = "date"\nvalue = "1970-01-02"', (SayDate(129_600),)),
        ('what = "digits"\nof = "caller_number"\nmissing = "service"', None),
        (
            'what = "number"\nof = "dialed_number"\nprompt = "you-have"',
            (Sound("vm-youhave"), SayNumber(95588)),
        ),
    ],
)
def test_values_are_said_in_their_own_way(keys: str, heard: tuple[object, ...] | None) -> None:
    made = Caller(flow_of(f'[nodes.start]\nkind = "say"\n{keys}\nnext = "bye"')).calls()
    expected = like(QueueingAsked, queue="service") if heard is None else like(PlayPrompt, prompt=heard)
    assert made[-1] == expected


@pytest.mark.parametrize("value", ["customer.balance", "attribute.due"])
def test_nothing_of_the_record_is_read_out_to_a_mere_caller_number(value: str) -> None:
    caller = Caller(
        flow_of(f"""
        [nodes.start]
        kind = "lookup"
        next = "say"
        [nodes.say]
        kind = "say"
        what = "digits"
        of = "{value}"
        next = "bye"
        missing = "service"
        """)
    )
    caller.calls()
    assert caller.store_answers(LI)[-1] == like(QueueingAsked, queue="service")


# --- deciding -----------------------------------------------------------------------------------------

HOURS = """
[nodes.start]
kind = "hours"
zone = "Asia/Shanghai"
weekly = { mon = ["09:00-12:00", "13:00-24:00"], sat = ["00:00-01:00"] }
holidays = [2026-03-02]
open = "service"
closed = "bye"
"""


@pytest.mark.parametrize(
    ("instant", "is_open"),
    [
        ("2026-03-09T00:59:59", False),  # Monday 08:59:59 in Shanghai
        ("2026-03-09T01:00:00", True),
        ("2026-03-09T03:59:59", True),
        ("2026-03-09T04:00:00", False),
        ("2026-03-09T15:59:59", True),
        ("2026-03-09T16:00:00", False),  # midnight there
        ("2026-03-10T02:00:00", False),  # Tuesday
        ("2026-03-02T02:00:00", False),  # a holiday on a Monday
        ("2026-03-06T16:30:00", True),  # Saturday 00:30 in Shanghai
    ],
)
def test_calls_go_by_the_opening_hours_of_the_zone(instant: str, is_open: bool) -> None:
    made = Caller(flow_of(HOURS), now_us=at(instant)).calls()
    assert (like(QueueingAsked) in made, like(ContactClosed) in made) == (is_open, not is_open)


@pytest.mark.parametrize(
    ("queues", "busy"),
    [
        (Queues(callers=9, longest_s=299, agents=2), False),
        (Queues(callers=10, longest_s=0, agents=2), True),
        (Queues(callers=0, longest_s=300, agents=2), True),
        (Queues(callers=0, longest_s=0, agents=1), True),
    ],
)
def test_each_threshold_alone_makes_a_queue_busy(queues: Queues, busy: bool) -> None:
    flow = flow_of("""
        [nodes.start]
        kind = "queue_state"
        queue = "service"
        waiting_at_least = 10
        longest_wait_at_least_s = 300.0
        ready_agents_at_most = 1
        busy = "bye"
        next = "service"
        """)
    assert (like(ContactClosed) in Caller(flow, queues).calls()) is busy


@pytest.mark.parametrize(("expected_s", "busy"), [(299, False), (300, True)])
def test_queue_is_busy_where_the_caller_would_wait_too_long(expected_s: float, busy: bool) -> None:
    flow = flow_of("""
        [nodes.start]
        kind = "queue_state"
        queue = "service"
        expected_wait_at_least_s = 300.0
        busy = "bye"
        next = "service"
        """)
    made = Caller(flow, Queues(expected_s=expected_s)).calls()
    assert (like(ContactClosed) in made) is busy


TOLD = """
    [nodes.start]
    kind = "lookup"
    wait = false
    next = "told"
    [nodes.told]
    kind = "tell_wait"
    queue = "service"
    prompt = "hello"
    next = "service"
    """


def test_wait_is_told_as_that_of_the_callers_own_tier() -> None:
    stranger, platinum = (Caller(flow_of(TOLD), Queues(expected_s=400)) for _ in range(2))
    stranger.calls()
    platinum.calls()
    assert stranger.store_answers(None)[-1] == like(PlayPrompt, prompt=(*HELLO, *ENGLISH.wait(5, None)))
    record = replace(LI, tier="platinum")
    assert platinum.store_answers(record)[-1] == like(PlayPrompt, prompt=(*HELLO, *CHINESE.wait(0, 5)))
    assert platinum.hears_out()[-1] == like(QueueingAsked, queue="service")


@pytest.mark.parametrize(
    ("on", "case"),
    [
        ("tier", "gold"),
        ("language", "zh"),
        ("found", "yes"),
        ("attribute.segment", "private"),
        ("customer.account_number", "123456"),
    ],
)
def test_branch_goes_by_the_customer(on: str, case: str) -> None:
    flow = flow_of(f"""
        [nodes.start]
        kind = "lookup"
        next = "which"
        [nodes.which]
        kind = "branch"
        on = "{on}"
        cases = {{ "{case}" = "cards" }}
        otherwise = "service"
        """)
    known, stranger = Caller(flow), Caller(flow)
    known.calls()
    stranger.calls()
    assert known.store_answers(LI)[-1] == like(QueueingAsked, queue="cards")
    assert stranger.store_answers(None)[-1] == like(QueueingAsked, queue="service")


def test_branch_goes_by_what_the_caller_keyed_in() -> None:
    flow = flow_of("""
        [nodes.start]
        kind = "collect"
        prompt = "enter-pin"
        into = "region"
        digits_max = 2
        next = "which"
        exhausted = "bye"
        [nodes.which]
        kind = "branch"
        on = "variable.region"
        cases = { 01 = "cards" }
        otherwise = "service"
        """)
    caller = Caller(flow)
    caller.calls()
    assert caller.presses("01")[-1] == like(QueueingAsked, queue="cards")


def test_set_gives_language_skills_and_variables() -> None:
    flow = flow_of("""
        [nodes.start]
        kind = "set"
        language = "zh"
        skills = { chinese = 2, cards = 1 }
        variables = { year = "2026" }
        next = "say"
        [nodes.say]
        kind = "say"
        what = "number"
        of = "variable.year"
        next = "hand-over"
        [nodes.hand-over]
        kind = "queue"
        queue = "loans"
        skills = { cards = 5 }
        """)
    caller = Caller(flow)
    assert caller.calls()[-1] == like(PlayPrompt, language="zh", prompt=(SayNumber(2026),))
    needs = (Requirement(skill="chinese", minimum=2), Requirement(skill="cards", minimum=5))
    assert caller.hears_out()[-1] == like(QueueingAsked, queue="loans", requirements=needs)
    assert caller.contact.language == "zh"


# --- leaving ---------------------------------------------------------------------------------------------


def test_transferred_caller_leaves_our_hands_without_our_note() -> None:
    caller = Caller(flow_of('[nodes.start]\nkind = "transfer"\nnumber = "+4930123"'))
    assert caller.calls()[-3:] == [
        like(ContactSentOn, number="+4930123"),
        TagLeg(leg_id=LEG, tag=""),
        TransferLeg(leg_id=LEG, number="+4930123"),
    ]
    assert caller.hangs_up() == []


RECORD = """
[nodes.start]
kind = "record"
longest_s = 60.0
shortest_s = 2.0
silence_s = 4.0
thanks = "message-saved"
"""


def test_message_is_kept_and_the_caller_thanked() -> None:
    caller = Caller(flow_of(RECORD))
    assert caller.calls()[-1] == RecordMessage(
        leg_id=LEG,
        step="ivr:1",
        recording="C-1-000001",
        duration_max_us=60_000_000,
        silence_us=4_000_000,
        terminators="#",
    )
    caller.pass_s(10)
    assert caller.hears_out() == [like(PlayPrompt, prompt=(Sound("vm-msgsaved"),))]
    assert caller.hears_out() == [like(MessageLeft, recording="C-1-000001"), HangUpLeg(leg_id=LEG)]


@pytest.mark.parametrize("by", ["step", "leg"])
def test_hanging_up_ends_a_message_whichever_side_tells_first(by: str) -> None:
    caller = Caller(flow_of(RECORD))
    caller.calls()
    caller.pass_s(10)
    first = caller.ends_step("hangup") if by == "step" else caller.hangs_up()
    assert first == [like(MessageLeft, recording="C-1-000001")]
    assert caller.ends_step("hangup") + caller.hangs_up() == []


def test_hanging_up_at_the_tone_leaves_no_message() -> None:
    caller = Caller(flow_of(RECORD))
    caller.calls()
    caller.pass_s(1.9)
    assert caller.hangs_up() == [like(ContactAbandoned, stage="ivr")]


def test_hanging_up_during_the_thanks_keeps_the_message() -> None:
    caller = Caller(flow_of(RECORD))
    caller.calls()
    caller.pass_s(10)
    caller.hears_out()
    assert caller.hangs_up() == [like(MessageLeft)]


@pytest.mark.parametrize(("seconds", "outcome"), [(5.0, "timeout"), (1.0, "done"), (30.0, "failed")])
def test_silence_a_slip_and_a_failure_leave_no_message(seconds: float, outcome: str) -> None:
    caller = Caller(flow_of(RECORD))
    caller.calls()
    caller.pass_s(seconds)
    assert caller.ends_step(outcome) == [like(ContactClosed), HangUpLeg(leg_id=LEG)]


CALLBACK = """
[nodes.start]
kind = "callback"
queue = "loans"
skills = { cards = 2 }
thanks = "thank-you"
refused = "bye"
"""


def test_callback_is_booked_and_the_caller_thanked() -> None:
    caller = Caller(flow_of(CALLBACK))
    assert caller.calls()[-1] == like(PlayPrompt, prompt=(Sound("auth-thankyou"),))
    assert caller.callbacks.booked == [("loans", NUMBER)]
    assert caller.hears_out() == [
        like(ContactClosed, outcome=ContactState.CALLBACK),
        HangUpLeg(leg_id=LEG),
    ]


def test_hanging_up_during_the_thanks_keeps_the_callback() -> None:
    caller = Caller(flow_of(CALLBACK))
    caller.calls()
    assert caller.hangs_up() == [like(ContactClosed, outcome=ContactState.CALLBACK)]


def test_where_nobody_is_called_back_the_flow_goes_on() -> None:
    caller = Caller(flow_of(CALLBACK), callbacks=Callbacks(reason="number_withheld"))
    assert caller.calls()[-2:] == [like(ContactClosed, outcome=ContactState.CLOSED), HangUpLeg(leg_id=LEG)]
    assert caller.callbacks.booked == []


def test_number_that_was_keyed_in_is_called() -> None:
    flow = """
[nodes.start]
kind = "collect"
prompt = "enter-account"
into = "home"
digits_max = 11
next = "book"
exhausted = "bye"

[nodes.book]
kind = "callback"
queue = "loans"
number = "home"
refused = "bye"
"""
    caller = Caller(flow_of(flow))
    caller.calls()
    assert caller.presses("2025550123")[-1] == HangUpLeg(leg_id=LEG)
    assert caller.callbacks.booked == [("loans", "2025550123")]
