"""Refuse what would make two runs of one journal differ.

    python -m scripts.check_determinism

The engine is a function of its inputs, so its packages may not read a clock, draw a random number,
make a random id, start a task, ask for a `hash` or an `id`, or walk a set in the set's own order.
At the edges a line may do so that ends in `# det-ok: reason`; inside `PURE` only `PURE_EXCEPTIONS` may.

Names are resolved through the imports of the file. Sets are recognised where they are written: as
displays, as calls of `set` and `frozenset`, and as names annotated or assigned as such in the file.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scripts.tree import PRODUCT, ROOT, python_files

PURE = ("core", "ivr", "dialer", "routing", "agents", "metrics")
PURE_EXCEPTIONS = {"core/kernel/rng.py"}
"""The one pure file that may carry a marker: it makes the seeded generators everyone else is given."""

MARKER = re.compile(r"#\s*det-ok: \S")

_CLOCK = "time comes with the message, or from a Clock at the edge"
_RANDOM = "draw from core.kernel.rng.Streams"
_IDENTITY = "take ids from core.model.ids.Ids"
_TASK = "an unowned task is forgotten or collected; own it with a TaskGroup"
BANNED = {
    "time.time": _CLOCK,
    "time.time_ns": _CLOCK,
    "time.monotonic": _CLOCK,
    "time.monotonic_ns": _CLOCK,
    "time.perf_counter": _CLOCK,
    "time.perf_counter_ns": _CLOCK,
    "time.localtime": _CLOCK,
    "time.gmtime": _CLOCK,
    "datetime.datetime.now": _CLOCK,
    "datetime.datetime.utcnow": _CLOCK,
    "datetime.datetime.today": _CLOCK,
    "datetime.date.today": _CLOCK,
    "os.urandom": _RANDOM,
    "uuid.uuid1": _IDENTITY,
    "uuid.uuid4": _IDENTITY,
    "asyncio.create_task": _TASK,
    "asyncio.ensure_future": _TASK,
    "hash": "a text's hash differs from process to process",
    "id": "an address differs from process to process",
}
BANNED_MODULES = {"random": _RANDOM, "secrets": _RANDOM}
TYPES_OF_BANNED_MODULES = {"random.Random"}
"""May be named, to say what a parameter is; calling it makes an unnamed stream."""

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_SET_MAKERS = {"set", "frozenset"}
_SET_OPERATORS = (ast.BitOr, ast.BitAnd, ast.Sub, ast.BitXor)
_ORDER_FREE = {"sorted", "set", "frozenset", "any", "all", "sum", "min", "max", "len"}
"""Callers that give the same answer whatever the order of what they are given."""
_ORDER_KEEPING = {"list", "tuple", "iter", "enumerate", "map", "filter", "zip", "reversed", "dict", "next"}


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One thing that must not be on a line."""

    line: int
    reason: str


def violations(source: str, where: str) -> list[Violation]:
    """Return what `source`, the text of the file `where`, may not do; markers are honoured."""
    tree = ast.parse(source)
    found = sorted({*_banned_names(tree), *_walked_sets(tree)})
    pure = where.split("/")[0] in PURE and where not in PURE_EXCEPTIONS
    lines = source.splitlines()
    return [one for one in found if pure or not MARKER.search(lines[one.line - 1])]


def _banned_names(tree: ast.Module) -> Iterator[Violation]:
    full_names = _imported_names(tree)
    called = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr):
            continue
        name = _full_name(node, full_names)
        if name is None or (name in TYPES_OF_BANNED_MODULES and node not in called):
            continue
        reason = BANNED.get(name) or BANNED_MODULES.get(name.rpartition(".")[0])
        if reason:
            yield Violation(node.lineno, f"{name}: {reason}")


def _imported_names(tree: ast.Module) -> dict[str, str]:
    """Return what each name of the file stands for, built-in `hash` and `id` included."""
    names = {"hash": "hash", "id": "id"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _full_name(node: ast.expr, names: dict[str, str]) -> str | None:
    """Return the dotted name that an expression reads, resolved through the imports."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return names.get(node.id)
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, names)
        return f"{owner}.{node.attr}" if owner else None
    return None


def _walked_sets(tree: ast.Module) -> Iterator[Violation]:
    attributes = {name for name in _names_of_sets(ast.walk(tree)) if "." in name}
    yield from _walked_in_scope(tree, attributes, _order_free_expressions(tree))


def _walked_in_scope(scope: ast.AST, known: set[str], order_free: set[ast.AST]) -> Iterator[Violation]:
    """Return what walks a set in a module or function and those inside it; `known` are the sets around."""
    nodes = list(_nodes_of_scope(scope))
    parameters = {node.arg for node in nodes if isinstance(node, ast.arg)}
    sets = (known - parameters) | _names_of_sets(nodes)
    for node in nodes:
        for iterable in _walked(node, order_free):
            if _is_set(iterable, sets):
                text = ast.unparse(iterable)
                yield Violation(iterable.lineno, f"{text}: a set has no order; sort it or keep a dict")
        if isinstance(node, _FUNCTIONS):
            yield from _walked_in_scope(node, sets, order_free)


def _nodes_of_scope(scope: ast.AST) -> Iterator[ast.AST]:
    """Return the nodes of a module or function, inner functions as one node each."""
    for child in ast.iter_child_nodes(scope):
        yield child
        if not isinstance(child, _FUNCTIONS):
            yield from _nodes_of_scope(child)


def _walked(node: ast.AST, order_free: set[ast.AST]) -> Iterator[ast.expr]:
    """Return the expressions whose order `node` makes visible."""
    if isinstance(node, ast.For | ast.AsyncFor):
        yield node.iter
    elif isinstance(node, ast.ListComp | ast.GeneratorExp | ast.DictComp) and node not in order_free:
        yield from (generator.iter for generator in node.generators)
    elif isinstance(node, ast.Starred) and node not in order_free:
        yield node.value
    elif isinstance(node, ast.Call) and node not in order_free and _keeps_order(node):
        yield from node.args


def _keeps_order(call: ast.Call) -> bool:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr == "join"
    if not isinstance(call.func, ast.Name):
        return False
    return call.func.id in _ORDER_KEEPING or (call.func.id in _ORDER_FREE and _breaks_ties(call))


def _breaks_ties(call: ast.Call) -> bool:
    """Tell whether a `key` decides, as in `min(..., key=...)`: among equals the first one wins."""
    return any(keyword.arg == "key" for keyword in call.keywords)


def _order_free_expressions(tree: ast.Module) -> set[ast.AST]:
    """Return what stands directly in `sorted(...)` and its like, or is spread into a set display."""
    free: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in _ORDER_FREE and not _breaks_ties(node):
                free.update(node.args)
        elif isinstance(node, ast.Set):
            free.update(node.elts)
    return free


def _names_of_sets(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the names and attributes that are annotated or assigned as sets in `nodes`."""
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ClassDef):
            names.update(f"self.{name}" for name in _names_of_sets(node.body))
        elif isinstance(node, ast.AnnAssign) and _says_set(node.annotation):
            names.add(ast.unparse(node.target))
        elif isinstance(node, ast.arg) and _says_set(node.annotation):
            names.add(node.arg)
        elif isinstance(node, ast.Assign) and _is_set(node.value, names):
            names.update(ast.unparse(target) for target in node.targets)
    return names


def _says_set(annotation: ast.expr | None) -> bool:
    outer = annotation.value if isinstance(annotation, ast.Subscript) else annotation
    return isinstance(outer, ast.Name) and outer.id in _SET_MAKERS


def _is_set(node: ast.expr, names: set[str]) -> bool:
    if isinstance(node, ast.Set | ast.SetComp):
        return True
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in _SET_MAKERS
    if isinstance(node, ast.BinOp) and isinstance(node.op, _SET_OPERATORS):
        return _is_set(node.left, names) or _is_set(node.right, names)
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) in names


def main() -> int:
    """Print every violation in the product's packages; return 1 when there is one."""
    count = 0
    for path in python_files(PRODUCT):
        where = path.relative_to(ROOT).as_posix()
        for violation in violations(path.read_text("utf-8"), where):
            print(f"{where}:{violation.line}: {violation.reason}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
