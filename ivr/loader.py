"""Reads a flow from TOML and checks it whole: a flow that loads cannot lose a caller.

    schema = 1
    name = "bank"
    languages = ["en", "zh"]        # the first is spoken to newcomers
    start = "greeting"
    [prompts.en]                    # your own recordings, for names of yours or of the shipped set
    main-menu = "acme/main-menu"
    [nodes.greeting]
    kind = "answer"
    next = "..."

All that is wrong with a file is reported at once, each with its key, what was found and what is allowed.
The types of keys are those of `ivr.nodes`; how nodes must hang together is in `ivr.graph`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from core.kernel.errors import ConfigError
from core.kernel.schema import ALLOWED, NOTHING, refusal_error
from core.kernel.toml import parse_toml
from ivr.flow import NODES_MAX, NODES_PER_CALL, NODES_PER_CALL_MAX, SCHEMA, Flow
from ivr.graph import node_problems, whole_problems
from ivr.nodes import AnyNode, NodeName, Word, schema_of
from ivr.prompts import PROMPT_SETS

T = TypeVar("T")

KINDS: Mapping[str, type[AnyNode]] = {
    str(key.default): node for node in get_args(AnyNode) for key in fields(node) if key.name == "kind"
}
"""The node classes by the word that stands for each in a file."""


def _known_language(language: str) -> str:
    if language not in PROMPT_SETS:
        raise ValueError(f"the prompt sets are {', '.join(PROMPT_SETS)}")
    return language


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


Language = Annotated[str, AfterValidator(_known_language)]
SoundName = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9/_-]{0,99}$",
        json_schema_extra={ALLOWED: "the name of a recording, such as shop/welcome"},
    ),
]
SoundNames = Annotated[tuple[SoundName, ...], BeforeValidator(_listed), Field(min_length=1)]


class FlowRefused(ConfigError):
    """Everything that is wrong with the flow in a file; each of `problems` names key, value and rule."""

    def __init__(self, file: str, problems: Sequence[ConfigError]) -> None:
        super().__init__(file, f"{len(problems)} problems", "a flow is loaded whole or not at all")
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join((f"{self.where}:", *(f"  {problem}" for problem in self.problems)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Header:
    """The keys of a file around its nodes; these are read one by one, so that the faults of all are found."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    schema: Annotated[
        int,
        Field(
            strict=True, ge=SCHEMA, le=SCHEMA, json_schema_extra={ALLOWED: f"the version of flows, {SCHEMA}"}
        ),
    ]
    name: Word
    languages: Annotated[tuple[Language, ...], Field(min_length=1)] = ("en",)
    start: NodeName
    nodes_per_call: Annotated[int, Field(strict=True, ge=1, le=NODES_PER_CALL_MAX)] = NODES_PER_CALL
    prompts: Mapping[Language, Mapping[Word, SoundNames]] = field(default_factory=dict)
    nodes: Annotated[Mapping[Word, dict[str, Any]], Field(min_length=1, max_length=NODES_MAX)]


def load_flow(path: Path) -> Flow:
    """Return the flow in the file at `path`; raises `FlowRefused` with all that is wrong with it."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        problem = ConfigError("file", str(error), "a flow is a readable file")
        raise FlowRefused(str(path), [problem]) from error
    return parse_flow(raw, str(path))


def parse_flow(text: str | bytes, file: str) -> Flow:
    """Return the flow that `text` holds; raises `FlowRefused`, naming `file`, with all that is wrong."""
    try:
        tables = parse_toml(text.encode() if isinstance(text, str) else text, "syntax", "a flow in TOML")
    except ConfigError as problem:
        raise FlowRefused(file, [problem]) from problem
    problems: list[ConfigError] = []
    header = _read(_Header, tables, "", problems)
    nodes = _read_nodes(tables.get("nodes"), problems)
    if header is not None:
        flow = _assemble(header, nodes)
        problems += node_problems(flow, header.nodes)
        if len(nodes) == len(header.nodes):  # a node that could not be read would look like a missing way
            problems += whole_problems(flow)
        if not problems:
            return flow
    raise FlowRefused(file, problems)


def _read_nodes(tables: object, problems: list[ConfigError]) -> dict[NodeName, AnyNode]:
    """Return the nodes that can be read, and add what is wrong with the others to `problems`."""
    nodes: dict[NodeName, AnyNode] = {}
    for name, table in tables.items() if isinstance(tables, dict) else ():
        node = _read_node(table, f"nodes.{name}", problems) if isinstance(table, dict) else None
        if node is not None:
            nodes[NodeName(name)] = node
    return nodes


def _read_node(table: dict[str, Any], where: str, problems: list[ConfigError]) -> AnyNode | None:
    kind = table.get("kind", NOTHING)
    if not isinstance(kind, str) or kind not in KINDS:
        problems.append(ConfigError(f"{where}.kind", kind, f"one of {', '.join(KINDS)}"))
        return None
    return _read(KINDS[kind], table, f"{where}.", problems)


def _read(kind: type[T], table: dict[str, Any], prefix: str, problems: list[ConfigError]) -> T | None:
    """Return `table` as a `kind`, or None after adding to `problems` what is wrong with it."""
    try:
        return TypeAdapter(kind).validate_python(table)
    except ValidationError as refusal:
        schema = schema_of(kind)
        problems += (refusal_error(error, schema, table, prefix) for error in refusal.errors())
        return None


def _assemble(header: _Header, nodes: Mapping[NodeName, AnyNode]) -> Flow:
    return Flow(
        name=header.name,
        start=header.start,
        nodes=nodes,
        prompts={
            language: PROMPT_SETS[language].with_sounds(header.prompts.get(language, {}))
            for language in header.languages
        },
        nodes_per_call=header.nodes_per_call,
    )
