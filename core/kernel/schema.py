"""What a schema allows, in words for people: from a refusal of pydantic's to a `ConfigError`.

It reads the JSON schema that pydantic makes of the types that were checked, so the range that is told is
the range that holds. Places are said as a person counts them: `agents 3, skills.cards` is the key
`skills.cards` of the third `[[agents]]`. The value of a key that may hold a secret is never repeated, nor
that of a key nobody knows: it may be a misspelt secret.

A type whose pattern says little to people tells it in words under `ALLOWED` in its schema.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from core.kernel.errors import ConfigError, KeyRefused, Said

Schema = Mapping[str, Any]
Refusal = Mapping[str, Any]
"""One entry of `ValidationError.errors()`."""

Steps = Sequence[str | int]
"""The way to a key: names, and places of entries from 0."""

ALLOWED = "allowed"
"""The key of a schema under which a type says in words what it takes."""

NOTHING = Said("nothing")
UNKNOWN_KEY = Said("an unknown key")
_SECRET = Said("***")
_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_UNTAGGED = frozenset({"union_tag_invalid", "union_tag_not_found"})


def config_error(refusals: Sequence[Refusal], schema: Schema, value: object, origin: str) -> ConfigError:
    """Return the error about the first thing wrong with `value`, which stood in the file `origin`.

    A key nobody knows comes before one that is missing: often it is the missing one misspelt.
    """
    first = min(refusals, key=lambda refusal: refusal["type"] not in _UNKNOWN)
    return refusal_error(first, schema, value, f"{origin}: ")


def refusal_error(refusal: Refusal, schema: Schema, value: object, prefix: str = "") -> ConfigError:
    """Return the error that one refusal comes to; `prefix` is said before the key."""
    steps, found, rule = _verdict(refusal, schema, value)
    return ConfigError(prefix + place(steps), found, rule)


def place(steps: Steps) -> str:
    """Say where a key stands: entries are counted from 1."""
    said = ""
    for step in steps:
        if isinstance(step, int):
            said += f" {step + 1},"
        else:
            said += f" {step}" if said.endswith(",") else f".{step}" if said else step
    return said.removesuffix(",") or "the file"


def allowed(node: Schema, root: Schema) -> str:
    """Say what may stand where `node` is the schema; `root` holds the definitions it refers to."""
    node = resolved(node, root)
    if ALLOWED in node:
        return str(node[ALLOWED])
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        return one_of(node["enum"])
    if "oneOf" in node:
        return f"a table whose {_tag_key(node)} is {one_of(kinds(node))}"
    if "anyOf" in node:
        return " or ".join(allowed(option, root) for option in node["anyOf"])
    return _ALLOWED_BY_TYPE.get(node.get("type", ""), _a_text)(node, root)


def number(value: float) -> str:
    """Write a number as people do, thousands apart."""
    return f"{value:,.0f}".replace(",", " ") if value == int(value) else f"{value:g}"


def one_of(values: Iterable[object]) -> str:
    """Say which values there are."""
    return f"one of {', '.join(str(value) for value in values)}"


def shown(found: object) -> object:
    """Return what was found as it stood in the file, tables and lists in a word."""
    match found:
        case bool():
            return Said(str(found).lower())
        case float() if found.is_integer():
            return int(found)
        case Mapping():
            return Said("a table")
        case list() | tuple():
            return Said("a list" if found else "an empty list")
        case _:
            return found


# --- where a refusal points ------------------------------------------------------------------------


def _verdict(refusal: Refusal, schema: Schema, value: object) -> tuple[Steps, object, str]:
    """Return where something is wrong, what was found there and what is allowed."""
    loc, kind, context = refusal["loc"], refusal["type"], refusal.get("ctx", {})
    steps, node, found = _follow(schema, value, loc)
    cause = context.get("error")
    if kind in _UNTAGGED:
        tag = _tag_key(node)
        return [*steps, tag], found.get(tag, NOTHING), one_of(kinds(node))
    if kind in _UNKNOWN:
        _, table, _ = _follow(schema, value, loc[:-1])
        return steps, UNKNOWN_KEY, _nearest(steps[-1], table)
    if "[key]" in loc:
        _, table, _ = _follow(schema, value, loc[:-2])
        return steps, steps[-1], allowed(_names(table, context), schema)
    if isinstance(cause, KeyRefused):
        return [*steps, cause.key], shown(cause.found), cause.allowed
    secret = node.get("writeOnly") and found is not NOTHING
    # Of what is no date pydantic tells in a text of its own how far it read: that helps nobody.
    rule = str(cause) if isinstance(cause, Exception) else allowed(node, schema)
    return steps, _SECRET if secret else shown(found), rule


def _names(table: Schema, context: Mapping[str, Any]) -> Schema:
    """Return the schema of the names that a table's keys may have: a pattern, or a few words."""
    names = dict(table.get("propertyNames", {}))
    return names | {"pattern": context["pattern"]} if "pattern" in context else names


def _follow(root: Schema, value: object, loc: Sequence[str | int]) -> tuple[list[str | int], Schema, Any]:
    """Walk from the root along `loc`; return the steps a person would take, schema and value there.

    pydantic also names the kind it chose where a table may be of several; that is no key of the file.
    """
    steps: list[str | int] = []
    node = _chosen(root, root, value)
    for step in loc:
        if isinstance(step, int):
            node, value = node.get("items", {}), value[step] if isinstance(value, list | tuple) else value
        elif isinstance(value, Mapping) and (step in value or step in node.get("properties", {})):
            node, value = _entry(node, step), value.get(step, NOTHING)
        else:
            continue
        steps.append(step)
        node = _chosen(node, root, value)
    return steps, node, value


def _entry(table: Schema, key: str) -> Schema:
    named: Schema | None = table.get("properties", {}).get(key)
    return any_entry(table) if named is None else named


def any_entry(table: Schema) -> Schema:
    """Return the schema of the values of a table whose keys are free."""
    by_pattern = list(table.get("patternProperties", {}).values())
    free = by_pattern[0] if by_pattern else table.get("additionalProperties")
    return free if isinstance(free, Mapping) else {}


def resolved(node: Schema, root: Schema) -> Schema:
    """Return what the node refers to, and the one thing it is where it may also be left out."""
    while True:
        options = [option for option in node.get("anyOf", ()) if option.get("type") != "null"]
        if "$ref" in node:
            node = root["$defs"][node["$ref"].rpartition("/")[2]]
        elif len(options) == 1:
            node = options[0]
        else:
            return node


def _chosen(node: Schema, root: Schema, value: object) -> Schema:
    """Resolve the node, and of several kinds of tables choose the one that `value` says it is."""
    node = resolved(node, root)
    if "discriminator" in node and isinstance(value, Mapping):
        tag = value.get(_tag_key(node))
        reference = node["discriminator"]["mapping"].get(tag) if isinstance(tag, str) else None
        if reference is not None:
            return resolved({"$ref": reference}, root)
    return node


def _tag_key(node: Schema) -> str:
    return str(node["discriminator"]["propertyName"])


def kinds(node: Schema) -> list[str]:
    """Return the kinds of tables that may stand where `node` is the schema."""
    return list(node["discriminator"]["mapping"])


# --- words --------------------------------------------------------------------------------------------


def _nearest(key: str | int, table: Schema) -> str:
    known = list(table.get("properties", {}))
    near = get_close_matches(str(key), known, n=1)
    return f"did you mean {near[0]}?" if near else f"the keys here are {', '.join(known)}"


def _a_number(node: Schema, root: Schema) -> str:
    noun = "a whole number" if node["type"] == "integer" else "a number"
    return " ".join([noun, *_range(node)])


def _range(node: Schema) -> Iterator[str]:
    low, high = node.get("minimum"), node.get("maximum")
    above, below = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if above is not None:
        yield f"above {number(above)}"
    if low is not None:
        yield f"from {number(low)}"
    if high is not None:
        yield f"to {number(high)}" if low is not None else f"and at most {number(high)}"
    if below is not None:
        yield f"and below {number(below)}"


def _a_text(node: Schema, root: Schema) -> str:
    pattern = node.get("pattern")
    if node.get("format") == "time":
        return "a time of day, such as 08:30:00"
    return f"a text that matches {pattern}" if pattern else "a text"


def _a_list(node: Schema, root: Schema) -> str:
    least = f" of at least {node['minItems']}" if node.get("minItems") else ""
    return f"a list{least}, each {allowed(node.get('items', {}), root)}"


def _a_table(node: Schema, root: Schema) -> str:
    free = any_entry(node)
    least = " of at least 1" if node.get("minProperties") else ""
    return f"a table{least}, each {allowed(free, root)}" if free else "a table"


_ALLOWED_BY_TYPE = {
    "boolean": lambda node, root: "true or false",
    "integer": _a_number,
    "number": _a_number,
    "array": _a_list,
    "object": _a_table,
}
