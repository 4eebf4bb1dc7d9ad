"""Flows drawn at random, each one that the loader would take.

Ways that no key opens lead forward only, the others anywhere: that is what the loader's checks ask for, and
they are asked whether they agree.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from core.model.hours import Opening
from ivr.flow import Flow, mentions
from ivr.graph import node_problems, whole_problems
from ivr.nodes import (
    Answer,
    AnyNode,
    Balance,
    Branch,
    Collect,
    Enqueue,
    HangUp,
    Hours,
    Lookup,
    Menu,
    NodeName,
    Play,
    PromptName,
    QueueState,
    Record,
    Say,
    SetValues,
    TellWait,
    Transfer,
)
from ivr.prompts import PROMPT_SETS

Names = st.SearchStrategy[NodeName]

HELLO = PromptName("hello")
NODES_PER_CALL = 60


def names(first: int, last: int) -> Names:
    return st.integers(first, last).map(lambda number: NodeName(f"n{number}"))


def last_nodes() -> st.SearchStrategy[AnyNode]:
    return st.sampled_from(
        [Enqueue(queue="service"), Transfer(number="110"), Record(thanks=HELLO), Record(), HangUp()]
    )


def waiting_nodes(ahead: Names, anywhere: Names) -> st.SearchStrategy[AnyNode]:
    """Return nodes that wait for the caller or the store."""
    menu = st.builds(
        Menu,
        prompt=st.just(HELLO),
        options=st.dictionaries(st.sampled_from("0129*"), anywhere, min_size=1),
        exhausted=ahead,
        barge_in=st.booleans(),
        retries=st.integers(0, 2),
    )
    collect = st.builds(
        Collect,
        prompt=st.just(HELLO),
        into=st.sampled_from(["a", "p"]),
        digits_max=st.integers(1, 3),
        next=anywhere,
        exhausted=ahead,
        retries=st.integers(0, 2),
    )
    by_number = st.builds(Lookup, wait=st.booleans(), next=ahead)
    by_account = st.builds(
        Lookup,
        by=st.just("account"),
        account=st.just("a"),
        pin=st.just("p"),
        next=ahead,
        unknown=ahead,
        unavailable=ahead,
    )
    return st.one_of(menu, collect, by_number, by_account)


def speaking_nodes(ahead: Names) -> st.SearchStrategy[AnyNode]:
    """Return nodes that say something and go on."""
    say = st.builds(
        Say,
        what=st.sampled_from(["digits", "number", "amount", "date"]),
        of=st.sampled_from(["variable.a", "caller_number", "customer.balance", "attribute.due"]),
        next=ahead,
        missing=ahead,
    )
    return st.one_of(
        st.builds(Answer, next=ahead),
        st.builds(Play, prompt=st.just(HELLO), barge_in=st.booleans(), next=ahead),
        st.builds(Balance, next=ahead, unavailable=ahead),
        st.builds(TellWait, queue=st.just("q"), next=ahead),
        say,
    )


def deciding_nodes(ahead: Names) -> st.SearchStrategy[AnyNode]:
    """Return nodes that need nothing from outside."""
    branch = st.builds(
        Branch,
        on=st.sampled_from(["found", "language", "tier", "variable.p"]),
        cases=st.dictionaries(st.sampled_from(["yes", "zh", "gold", "1"]), ahead, min_size=1),
        otherwise=ahead,
    )
    hours = st.builds(
        Hours,
        zone=st.just(ZoneInfo("Asia/Shanghai")),
        weekly=st.just({"thu": (Opening(480, 481),)}),
        open=ahead,
        closed=ahead,
    )
    queue_state = st.builds(
        QueueState, queue=st.just("q"), waiting_at_least=st.integers(0, 9), busy=ahead, next=ahead
    )
    values = st.builds(
        SetValues, language=st.sampled_from(["", "zh"]), variables=st.just({"a": "1", "p": "2"}), next=ahead
    )
    return st.one_of(branch, hours, queue_state, values)


def nodes(number: int, last: int) -> st.SearchStrategy[AnyNode]:
    """Return any node that may stand at `number` of a flow whose last node is `last`."""
    ahead, anywhere = names(number + 1, last), names(0, last)
    return st.one_of(
        waiting_nodes(ahead, anywhere), speaking_nodes(ahead), deciding_nodes(ahead), last_nodes()
    )


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Draw a flow that the loader would take."""
    last = draw(st.integers(1, 8))
    written = {NodeName(f"n{number}"): draw(nodes(number, last)) for number in range(1, last)}
    every = {
        # Set first, so that no variable is unknown.
        NodeName("n0"): SetValues(variables={"a": "", "p": ""}, next=NodeName("n1")),
        **written,
        NodeName(f"n{last}"): draw(last_nodes()),
    }
    flow = Flow(
        name="drawn",
        start=NodeName("n0"),
        nodes=_reached(every),
        prompts=PROMPT_SETS,
        nodes_per_call=NODES_PER_CALL,
    )
    assert [*node_problems(flow, flow.nodes), *whole_problems(flow)] == []
    return flow


def _reached(every: dict[NodeName, AnyNode]) -> dict[NodeName, AnyNode]:
    found = ["n0"]
    for name in found:
        found += [to for _, to in mentions(every[NodeName(name)], NodeName) if to not in found]
    return {NodeName(name): every[NodeName(name)] for name in dict.fromkeys(found)}
