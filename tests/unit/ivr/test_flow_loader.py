"""A broken flow is refused with its file, the node and key, what was found and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.kernel.errors import ConfigError
from ivr.flow import Flow
from ivr.loader import FlowRefused, load_flow, parse_flow
from tests.unit.ivr.caller import HEADER

BYE = '[nodes.bye]\nkind = "hang_up"\n'


def problems(text: str) -> list[tuple[str, object, str]]:
    """Return where, what and why of all that is wrong with the flow."""
    with pytest.raises(FlowRefused) as refused:
        parse_flow(text, "broken.toml")
    assert str(refused.value).startswith("broken.toml:\n")
    return [(problem.where, problem.found, problem.allowed) for problem in refused.value.problems]


def only_problem(nodes: str, header: str = HEADER) -> tuple[str, object, str]:
    """Return the one thing that is wrong with these nodes."""
    (problem,) = problems(header + nodes)
    return problem


def start(keys: str) -> str:
    return f"[nodes.start]\n{keys}\n{BYE}"


# --- files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["bank.toml", "simple.toml"])
def test_examples_load(name: str) -> None:
    flow = load_flow(Path(__file__).parents[3] / "examples" / "flows" / name)
    assert isinstance(flow, Flow)
    assert flow.name == name.removesuffix(".toml")


def test_missing_file_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.toml"):
        load_flow(tmp_path / "absent.toml")


def test_file_that_is_no_text_is_a_configuration_error(tmp_path: Path) -> None:
    file = tmp_path / "latin.toml"
    file.write_bytes(b'name = "\xe9"')
    with pytest.raises(ConfigError, match="UTF-8"):
        load_flow(file)


def test_broken_toml_tells_the_line() -> None:
    ((where, found, _),) = problems("schema = 1\nname = two words")
    assert where == "syntax"
    assert "line 2" in str(found)


def test_all_problems_are_told_at_once() -> None:
    found = problems(
        HEADER
        + """
        [nodes.start]
        kind = "menu"
        prompt = "helo"
        options = { 1 = "nowhere" }
        retries = 2
        exhausted = "lonely"
        [nodes.lonely]
        kind = "hang_up"
        [nodes.island]
        kind = "hang_up"
        """
    )
    assert [(where, what) for where, what, _ in found] == [
        ("nodes.start.options.1", "nowhere"),
        ("nodes.start.prompt", "helo"),
        ("nodes.start.prompt", "helo"),
        ("nodes.island", "no way to it"),
    ]


def test_every_fault_of_several_nodes_is_told_beside_those_of_the_header() -> None:
    found = problems(
        """
        schema = 2
        name = "two words"
        start = "start"
        colour = "red"
        [nodes.start]
        kind = "play"
        [nodes.other]
        kind = "jump"
        """
    )
    assert [where for where, _, _ in found] == [
        "schema",
        "name",
        "colour",
        "nodes.start.prompt",
        "nodes.start.next",
        "nodes.other.kind",
    ]


# --- keys ---------------------------------------------------------------------------------------------


MENU = 'kind = "menu"\nprompt = "hello"\nexhausted = "bye"\n'
ONE = 'options = {1 = "bye"}\n'
PLAY = 'kind = "play"\nprompt = "hello"\n'
COLLECT = 'kind = "collect"\nprompt = "hello"\ninto = "x"\nnext = "bye"\nexhausted = "bye"\n'
SAY = 'kind = "say"\nnext = "bye"\n'
BRANCH = 'kind = "branch"\ncases = {a = "bye"}\notherwise = "bye"\n'
LOOKUP = 'kind = "lookup"\nnext = "bye"\n'
HOURS = 'kind = "hours"\nopen = "bye"\nclosed = "bye"\n'


@pytest.mark.parametrize(
    ("keys", "where", "found", "rule"),
    [
        (MENU + ONE + "retries = 99", "retries", 99, "from 0 to 10"),
        (MENU + ONE + 'retries = "three"', "retries", "three", "a whole number"),
        (MENU + ONE + "timeout_s = 0.0", "timeout_s", 0, "above 0"),
        (MENU + 'options = {12 = "bye"}', "options.12", "12", "0 to 9, * and #"),
        (MENU + "options = {}", "options", "a table", "of at least 1, each a node"),
        (PLAY, "next", "nothing", "a node"),
        (PLAY + 'next = "bye"\nvolume = 3', "volume", "an unknown key", "kind, prompt, barge_in, next"),
        (PLAY + 'next = "bye"\nbarge_in = "yes"', "barge_in", "yes", "true or false"),
        (COLLECT + "digits_max = 33", "digits_max", 33, "from 1 to 32"),
        (COLLECT + 'digits_max = 3\nterminators = "x"', "terminators", "x", "keys of 0 to 9"),
        (HOURS + 'weekly = {}\nzone = "Mars/Base"', "zone", "Mars/Base", "time zone"),
        (HOURS + 'zone = "UTC"\nweekly = {mon = ["9-17"]}', "weekly.mon 1", "9-17", "HH:MM-HH:MM"),
        (HOURS + 'zone = "UTC"\nweekly = {mon = ["17:00-09:00"]}', "weekly.mon 1", "17:00-09:00", "ends"),
        (HOURS + 'zone = "UTC"\nweekly = {monday = []}', "weekly.monday", "monday", "one of mon, tue"),
        ('kind = "transfer"\nnumber = "1\\r\\nAction: X"', "number", "1\r\nAction: X", "digits and letters"),
        ('kind = "queue"\nqueue = "a"\nskills = {b = 11}', "skills.b", 11, "from 1 to 10"),
        (SAY + 'what = "song"\nvalue = "1"', "what", "song", "one of number, digits, amount, date"),
    ],
)
def test_wrong_key_is_named_with_its_value_and_its_range(
    keys: str, where: str, found: object, rule: str
) -> None:
    told = problems(HEADER + start(keys))[0]
    assert (told[0], str(told[1])) == (f"nodes.start.{where}", str(found))
    assert rule in told[2]


@pytest.mark.parametrize(
    ("kind", "found"), [('kind = "jump"', "jump"), ("kind = 3", 3), ("", "nothing"), ("kind = [1]", [1])]
)
def test_unknown_kind_is_told_with_those_that_exist(kind: str, found: object) -> None:
    where, what, allowed = problems(HEADER + start(kind))[0]
    assert (where, what) == ("nodes.start.kind", found)
    assert "answer, play, menu, collect, say, lookup" in allowed


@pytest.mark.parametrize(
    ("keys", "where", "found", "rule"),
    [
        (COLLECT + "digits_min = 5\ndigits_max = 4", ".digits_min", 5, "at most digits_max, 4"),
        (SAY + 'what = "number"', ".value", "", "either a value or a reference"),
        (SAY + 'what = "number"\nvalue = "1"\nof = "tier"', ".value", "1", "either a value or a reference"),
        (SAY + 'what = "date"\nvalue = "2026-02-30"', ".value", "2026-02-30", "not a date"),
        (SAY + 'what = "number"\nvalue = "2147483648"', ".value", "2147483648", "not a number"),
        (SAY + 'what = "digits"\nof = "balance"', ".of", "balance", "customer.balance"),
        (BRANCH + 'on = "variable.x"', ".on", "variable.x", "sets only the variables (none)"),
        (BRANCH + 'on = "attribute."', ".on", "attribute.", "attribute.NAME"),
        (LOOKUP + 'by = "account"', ".by", "account", "needs the keys account and pin"),
        (LOOKUP + 'wait = false\nunknown = "bye"', ".wait", False, "need wait = true"),
        ('kind = "queue_state"\nqueue = "q"\nbusy = "bye"\nnext = "bye"', "", "no threshold", "waiting_at"),
        ('kind = "set"\nlanguage = "fr"\nnext = "bye"', ".language", "fr", "one of en, zh"),
    ],
)
def test_keys_that_contradict_each_other_are_told(keys: str, where: str, found: object, rule: str) -> None:
    told = only_problem(start(keys))
    assert told[:2] == (f"nodes.start{where}", found)
    assert rule in told[2]


def test_language_without_a_prompt_set_is_told() -> None:
    header = 'schema = 1\nname = "test"\nstart = "bye"\nlanguages = ["en", "fr"]\n'
    assert only_problem(BYE, header) == ("languages 2", "fr", "the prompt sets are en, zh")


def test_recording_name_that_could_leave_its_folder_is_refused() -> None:
    where, found, _ = only_problem('[prompts.en]\nhello = "../../etc/passwd"\n' + start('kind = "hang_up"'))
    assert (where, found) == ("prompts.en.hello 1", "../../etc/passwd")


# --- how nodes hang together ------------------------------------------------------------------------------


def test_unknown_node_is_told_with_those_that_exist() -> None:
    where, found, allowed = problems(HEADER + start('kind = "answer"\nnext = "by"'))[0]
    assert (where, found, allowed) == ("nodes.start.next", "by", "the nodes are start, bye")


def test_unknown_start_is_told() -> None:
    header = 'schema = 1\nname = "test"\nstart = "begin"\n'
    assert only_problem(BYE, header) == ("start", "begin", "the nodes are bye")


def test_unreachable_node_is_told() -> None:
    assert only_problem(start('kind = "hang_up"')) == (
        "nodes.bye",
        "no way to it",
        "every node is reached from the start",
    )


def test_prompt_missing_in_one_language_is_told_with_that_language() -> None:
    nodes = '[prompts.en]\nmain-menu = "acme/menu"\n' + start(
        'kind = "play"\nprompt = "main-menu"\nnext = "bye"'
    )
    where, found, allowed = only_problem(nodes)
    assert (where, found) == ("nodes.start.prompt", "main-menu")
    assert allowed.startswith("the prompt set 'zh' has only ")


def test_prompts_of_the_file_stand_above_the_shipped_ones() -> None:
    text = HEADER + '[prompts.en]\nhello = ["acme/hello", "acme/jingle"]\n'
    flow = parse_flow(text + start('kind = "play"\nprompt = "hello"\nnext = "bye"'), "own.toml")
    assert flow.prompts["en"].sounds["hello"] == ("acme/hello", "acme/jingle")
    assert flow.prompts["zh"].sounds["hello"] == ("hello",)


@pytest.mark.parametrize(
    ("nodes", "circle"),
    [
        (
            # Two prompts that follow each other for ever.
            '[nodes.start]\nkind = "play"\nprompt = "hello"\nnext = "more"\n'
            '[nodes.more]\nkind = "play"\nprompt = "hello"\nnext = "start"\n',
            "start -> more -> start",
        ),
        (
            # A menu whose silence leads back to it: the options are no way out for a dead line.
            '[nodes.start]\nkind = "menu"\nprompt = "hello"\noptions = {1 = "bye"}\nexhausted = "start"\n'
            + BYE,
            "start -> start",
        ),
        (
            # The way to the circle is no part of what is told.
            '[nodes.start]\nkind = "answer"\nnext = "a"\n'
            '[nodes.a]\nkind = "branch"\non = "found"\ncases = {yes = "bye"}\notherwise = "b"\n'
            '[nodes.b]\nkind = "answer"\nnext = "a"\n' + BYE,
            "a -> b -> a",
        ),
    ],
)
def test_loop_without_exit_is_told_as_the_way_round(nodes: str, circle: str) -> None:
    where, found, allowed = only_problem(nodes)
    assert (where, found) == (f"nodes.{circle.split()[0]}", circle)
    assert allowed.startswith("a loop without exit")


def test_circle_that_only_a_pressed_key_closes_is_allowed() -> None:
    menu = 'kind = "menu"\nprompt = "hello"\noptions = {9 = "start"}\nexhausted = "bye"'
    assert parse_flow(HEADER + start(menu), "menu.toml").start == "start"
