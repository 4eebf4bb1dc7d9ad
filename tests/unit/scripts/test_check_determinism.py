"""The determinism check catches what it is for, and lets pass what is harmless."""

from __future__ import annotations

import pytest

from scripts.check_determinism import violations


def reasons(source: str, where: str = "cti/ami/link.py") -> list[str]:
    return [violation.reason for violation in violations(source, where)]


@pytest.mark.parametrize(
    "source",
    [
        "import time\nnow = time.time()",
        "import time\nread = time.monotonic",
        "import time as clock\nnow = clock.perf_counter()",
        "from time import monotonic as now\nnow()",
        "import datetime\nnow = datetime.datetime.now()",
        "import datetime as dt\nday = dt.date.today()",
        "from datetime import datetime\nnow = datetime.utcnow()",
        "import random\nx = random.random()",
        "import random\ngenerator = random.Random(7)",
        "from random import choice\nchoice([1, 2])",
        "import uuid\nname = uuid.uuid4()",
        "from uuid import uuid1\nname = uuid1()",
        "import secrets\ntoken = secrets.token_hex(8)",
        "import os\nnoise = os.urandom(8)",
        "import os.path\nnoise = os.urandom(8)",
        "import asyncio\nasyncio.create_task(ring())",
        "from asyncio import ensure_future\nensure_future(ring())",
        "key = hash('alice')",
        "key = id(leg)",
    ],
)
def test_clocks_chance_and_unowned_tasks_are_refused(source: str) -> None:
    assert len(reasons(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "for agent in {'alice', 'bob'}: ring(agent)",
        "for agent in set(ready): ring(agent)",
        "ready: set[str] = set()\nfor agent in ready: ring(agent)",
        "def ring_all(ready: frozenset[str]):\n    for agent in ready: ring(agent)",
        "class Pool:\n    def __init__(self):\n        self.ready = set()\n"
        "    def ring(self):\n        return [ring(agent) for agent in self.ready]",
        "class Pool:\n    ready: set[str]\n    def ring(self):\n        for agent in self.ready: ring(agent)",
        "def ring_all():\n    ready = {'alice'}\n    def now():\n        for agent in ready: ring(agent)",
        "ready = {'alice'}\norder = list(ready)",
        "ready = {'alice'}\norder = tuple(ready - busy)",
        "ready = {'alice'}\norder = [*ready]",
        "ready = {'alice'}\ntext = ', '.join(ready)",
        "ready = {'alice'}\nlevels = {agent: level(agent) for agent in ready}",
        "ready = {'alice'}\nfirst = next(iter(ready))",
        "ready = {'alice'}\nbest = min(ready, key=level)",
        "ready = {'alice'}\norder = sorted((agent for agent in ready), key=level)",
    ],
)
def test_walking_a_set_in_its_own_order_is_refused(source: str) -> None:
    assert reasons(source)
    assert all("a set has no order" in reason for reason in reasons(source))


@pytest.mark.parametrize(
    "source",
    [
        "import random\ndef draw(generator: random.Random) -> float: return generator.random()",
        "import time\ntime.strftime('%H', moment)",
        "from datetime import datetime\nnoon = datetime.fromtimestamp(0, zone)",
        "async def run(group: asyncio.TaskGroup): group.create_task(ring())",
        "ready = {'alice'}\nfor agent in sorted(ready): ring(agent)",
        "ready = {'alice'}\norder = sorted(agent for agent in ready if agent)",
        "ready = {'alice'}\nidle = any(is_idle(agent) for agent in ready)",
        "ready = {'alice'}\nbusy = {agent for agent in ready if is_busy(agent)}",
        "ready = {'alice'}\nif 'alice' in ready: ring('alice')",
        "ready = {'alice': 3}\nfor agent in ready: ring(agent)",
        "def count():\n    ready = {'alice'}\ndef ring_all(ready):\n    for agent in ready: ring(agent)",
        "ready = {'alice'}\ndef ring_all(ready: list[str]):\n    for agent in ready: ring(agent)",
        "def time() -> int: return 7\nnow = time()",
        "contact.id(7)",
    ],
)
def test_what_gives_the_same_in_every_run_passes(source: str) -> None:
    assert reasons(source) == []


def test_a_marker_with_a_reason_lets_one_line_of_an_edge_pass() -> None:
    source = "import time\nstart = time.monotonic()  # det-ok: measures the socket\nend = time.monotonic()\n"
    assert [violation.line for violation in violations(source, "cti/ami/link.py")] == [3]


@pytest.mark.parametrize("marker", ["# det-ok", "# det-ok:", "# det-ok: "])
def test_a_marker_without_a_reason_counts_for_nothing(marker: str) -> None:
    assert reasons(f"import time\nnow = time.time()  {marker}\n")


@pytest.mark.parametrize("where", ["core/engine.py", "routing/match.py", "ivr/flow.py", "agents/desk.py"])
def test_no_marker_excuses_the_brain(where: str) -> None:
    assert reasons("import time\nnow = time.time()  # det-ok: just this once\n", where)


def test_the_seeded_generators_are_the_one_exception_in_the_core() -> None:
    source = "import random\nstream = random.Random(7)  # det-ok: seeded by name\n"
    assert reasons(source, "core/kernel/rng.py") == []
    assert reasons(source, "core/kernel/timers.py")
