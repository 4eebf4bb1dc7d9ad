"""Write the views as TypeScript, so that the browser's types cannot disagree with ours.

    python -m scripts.write_browser_types [--check]

With `--check` it only tells whether `web/ui/src/lib/types.gen.ts` is up to date.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from scripts.tree import ROOT
from web.views import campaigns, desk, floor, frames, house, people, reports, work
from web.views.view import View

FILE = ROOT / "web" / "ui" / "src" / "lib" / "types.gen.ts"
HEAD = """\
// Written from web/views by `python -m scripts.write_browser_types`. Do not edit.

/** An instant in UTC, as RFC 3339 writes it. */
export type Instant = string;
"""
Schema = Mapping[str, Any]
_WORDS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def typescript() -> str:
    """Return the text of the file: an interface for each view, in the order of the files of views."""
    modules = (floor, desk, people, house, work, reports, campaigns, frames)
    named_here = {name: kind for module in modules for name, kind in vars(module).items()}.values()
    kinds = [kind for kind in named_here if inspect.isclass(kind) and issubclass(kind, View)]
    shown = [kind for kind in kinds if kind is not View]
    _, schema = models_json_schema([(kind, "serialization") for kind in shown])
    named: dict[str, Schema] = schema["$defs"]
    return HEAD + "".join("\n" + "\n".join(_interface(kind.__name__, named)) + "\n" for kind in shown)


def _interface(name: str, named: Mapping[str, Schema]) -> Iterator[str]:
    """Return the lines of one view; every field is always sent, so none may be missing."""
    schema = named[name]
    yield from _comment(schema["description"])
    yield f"export interface {name} {{"
    for field, kind in schema.get("properties", {}).items():
        yield f"  readonly {field}: {_type(kind)};"
    yield "}"


def _comment(text: str) -> Iterator[str]:
    first, *others = text.splitlines()
    if not others:
        yield f"/** {first} */"
        return
    yield f"/** {first}"
    yield from (f" * {line}".rstrip() for line in others)
    yield " */"


def _type(schema: Schema) -> str:
    match schema:
        case {"$ref": ref}:
            return str(ref).rpartition("/")[2]
        case {"anyOf": choices}:
            return " | ".join(_type(choice) for choice in choices)
        case {"enum": words}:
            return " | ".join(f'"{word}"' for word in words)
        case {"const": word}:
            return f'"{word}"'
        case {"type": "string", "format": "date-time"}:
            return "Instant"
        case {"type": "array", "items": items}:
            return f"readonly {_bracketed(_type(items))}[]"
        case {"type": "object", "additionalProperties": values} if isinstance(values, dict):
            return f"Readonly<Record<string, {_type(values)}>>"
        case {"type": "object"}:
            return "Readonly<Record<string, unknown>>"
        case {"type": word}:
            return _WORDS.get(word, "unknown")
    return "unknown"


def _bracketed(name: str) -> str:
    return f"({name})" if " " in name else name


def main() -> int:
    """Write the file, or compare it with `--check`; return 1 where it is out of date."""
    text = typescript()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text, "utf-8")
        return 0
    if FILE.exists() and FILE.read_text("utf-8") == text:
        return 0
    print(f"{FILE.relative_to(ROOT)} is out of date: run python -m scripts.write_browser_types")
    return 1


if __name__ == "__main__":
    sys.exit(main())
