"""Pages of the documentation whose tables of keys are written from the types that check a file.

Names, ranges and defaults come from the schema, meanings from the docstring under each key. What stands
above the mark in a page is written by hand and left alone.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from core.kernel.schema import Schema, allowed, any_entry, resolved
from scripts.tree import ROOT, python_files

MARK = "<!-- From here on the page is written by `make docs`. -->\n"
HEAD = "| key | what | without it | meaning |\n|---|---|---|---|\n"
DURATIONS = "A duration"
"""What the kinds of durations are called, which stand in many places."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it lies, the schema it describes, and the folders whose classes say what keys mean.

    `first` is another section, to stand before the tables of keys.
    """

    path: Path
    root: Schema
    folders: tuple[str, ...]
    first: str = ""

    def tables(self) -> str:
        """Return what belongs below the mark."""
        keys = sections(self.root, Meanings(self.folders))
        return "\n" + "\n".join(filter(None, (self.first, *keys)))


class Kept(Protocol):
    """A page of which a part is written by a program."""

    @property
    def path(self) -> Path:
        """Where the page lies."""
        ...

    def tables(self) -> str:
        """Return what belongs below the mark."""
        ...


def keep_current(page: Kept) -> int:
    """Write the page, or with `--check` on the command line tell by the exit status whether it is current."""
    parser = argparse.ArgumentParser(description=f"Write the tables of keys in {page.path.name}.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the page is old")
    written = page.path.read_text("utf-8")
    text = written.partition(MARK)[0] + MARK + page.tables()
    if not parser.parse_args().check:
        page.path.write_text(text, encoding="utf-8")
        return 0
    if written == text:
        return 0
    print(f"{page.path.relative_to(ROOT)} is not what the types say; run `make docs`", file=sys.stderr)
    return 1


# --- the tables of a file --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the file: what it is called on the page, and its schema."""

    title: str
    node: Schema


def tables(root: Schema) -> list[Table]:
    """Return the tables in the order in which they are first named; durations come last."""
    found: dict[str, Table] = {}
    ahead = deque([Table("The file", root)])
    while ahead:
        table = ahead.popleft()
        name = table.node["title"]
        if name not in found:
            found[name] = table
            for key, node in table.node["properties"].items():
                above = "" if table.node is root else table.title
                ahead.extend(_tables_at(key, node, above, root))
    return sorted(found.values(), key=lambda table: table.title.startswith(DURATIONS))


def _tables_at(key: str, node: Schema, above: str, root: Schema) -> Iterator[Table]:
    """Yield the tables that may stand at a key of the table called `above`."""
    inner, path = resolved(node, root), f"{above}, {key}" if above else key
    if inner.get("type") == "array":
        inner, path = resolved(inner["items"], root), f"{above}, {key}" if above else f"[[{key}]]"
    elif any_entry(inner):
        inner, path = resolved(any_entry(inner), root), f"{path}.NAME"
    title = path if "," in path or path.startswith("[[") else f"[{path}]"
    if "oneOf" in inner:
        title = DURATIONS if "kaplan_meier" in inner["discriminator"]["mapping"] else title
        for option in inner["oneOf"]:
            chosen = resolved(option, root)
            yield Table(f"{title}: {_kind(chosen)}", chosen)
    elif "properties" in inner:
        yield Table(title, inner)


def _kind(node: Schema) -> str:
    """Return the word for a kind of table, or for a class of them."""
    return str(node["properties"]["kind"].get("const", node["title"].lower()))


# --- the page ----------------------------------------------------------------------------------------


def sections(root: Schema, meanings: Meanings) -> Iterator[str]:
    """Yield the text of each table: what it is, and its keys."""
    for table in tables(root):
        about = "" if table.node is root else paragraph(table.node["description"]) + _kinds(table.node)
        keys = [row for key in table.node["properties"] for row in rows(key, table.node, root, meanings)]
        yield f"### {table.title}\n\n{about}{HEAD}{''.join(keys)}"


def _kinds(node: Schema) -> str:
    """Return the words that a class of tables goes by."""
    words = node["properties"].get("kind", {}).get("enum", ())
    return f"Its kinds are {', '.join(f'`{word}`' for word in words)}.\n\n" if words else ""


def paragraph(docstring: str) -> str:
    """Return a docstring as one paragraph."""
    return " ".join(docstring.split()) + "\n\n"


def rows(key: str, table: Schema, root: Schema, meanings: Meanings) -> Iterator[str]:
    """Yield the row of one key of a table; none of the key that stands in its title."""
    if key == "kind":
        return
    meaning = meanings.of(table["title"], key)
    if not meaning:
        sys.exit(f"{table['title']}.{key} has no docstring that says what it means")
    node = table["properties"][key]
    otherwise = "needed" if key in table.get("required", ()) else _default(node, root)
    yield f"| `{key}` | {_what(node, root)} | {otherwise} | {meaning} |\n"


def _default(node: Schema, root: Schema) -> str:
    """Return what holds without the key; of a table, its own keys say it."""
    usual = node.get("default")
    is_told_below = "properties" in resolved(node, root) or _lists_tables(usual)
    return "" if usual in (None, "", {}, []) or is_told_below else f"`{_toml(usual)}`"


def _lists_tables(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value)


def _what(node: Schema, root: Schema) -> str:
    inner = resolved(node, root)
    listed = inner.get("type") == "array"
    entry = resolved(inner["items"], root) if listed else inner
    if "kaplan_meier" in entry.get("discriminator", {}).get("mapping", {}):
        return "a duration"
    if listed and ("properties" in entry or "oneOf" in entry):
        return "tables"
    return "a table" if "properties" in entry else allowed(node, root)


def _toml(value: Any) -> str:
    """Return a default as it would be written."""
    match value:
        case Mapping():
            keys = (f"{key} = {_toml(each)}" for key, each in value.items() if not key.startswith("_"))
            return f"{{ {', '.join(keys)} }}"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case _:
            return f"{value:.12g}"


@dataclass(slots=True)
class Meanings:
    """What the docstrings under the keys of the classes in some folders say, by class and key."""

    folders: tuple[str, ...]
    _said: dict[str, dict[str, str]] = field(default_factory=dict)
    _bases: dict[str, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for path in python_files(self.folders):
            for node in ast.parse(path.read_text("utf-8")).body:
                if isinstance(node, ast.ClassDef):
                    self._said[node.name] = dict(_keys_said(node))
                    self._bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]

    def of(self, name: str, key: str) -> str:
        """Return what the class, or one it is made from, says of `key`; empty where none does."""
        said = self._said.get(name, {}).get(key, "")
        inherited = (self.of(base, key) for base in self._bases.get(name, ()))
        return said or next(filter(None, inherited), "")


def _keys_said(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for key, after in pairwise(node.body):
        match key, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, text
