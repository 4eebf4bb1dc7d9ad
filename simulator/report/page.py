"""A `Page` as one HTML file that opens from disk and asks no network for anything.

Every text is escaped, whoever wrote it. The script and the styles are named to the browser by their
hashes in the page's own policy, so that nothing else on it can run.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from core.kernel.whole_file import write_whole
from simulator.report.blocks import Block, Page, Plot, Section, Table, Tile, TimeLines

FOLDER = Path(__file__).parent
VENDOR = FOLDER / "vendor" / "uplot"

SINCE_START = "Times are hours and minutes since the start of the run."


def write_page(page: Page, path: Path) -> None:
    """Write the page to `path`; raises `OSError` where that cannot be done."""
    write_whole(path, html(page))


def html(page: Page) -> str:
    """Return the page as one document."""
    style = _file(VENDOR / "uPlot.min.css") + _file(FOLDER / "page.css")
    script = _file(VENDOR / "uPlot.iife.min.js") + _file(FOLDER / "page.js")
    return Template(_file(FOLDER / "page.html")).substitute(
        kicker=escape(page.kicker),
        title=escape(page.title),
        subtitle=escape(page.subtitle),
        policy=f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}",
        licence=_file(VENDOR / "LICENSE"),
        style=style,
        tiles="\n".join(map(_tile, page.tiles)),
        blocks="\n".join(_block(block, number) for number, block in enumerate(page.blocks)),
        notes="\n".join(f"<p>{escape(note)}</p>" for note in _notes(page)),
        drawings=_json({"clock_s": page.clock_s, "drawings": dict(_drawings(page))}),
        script=script,
    )


def _notes(page: Page) -> tuple[str, ...]:
    return page.notes if page.clock_s is not None else (*page.notes, SINCE_START)


def _tile(tile: Tile) -> str:
    spread = f"<small>{escape(tile.spread)}</small>" if tile.spread else ""
    return f"<div><dt>{escape(tile.label)}</dt><dd>{escape(tile.value)}{spread}</dd></div>"


def _block(block: Block, number: int) -> str:
    if isinstance(block, Table):
        return _table(block)
    kind = "wide" if isinstance(block, TimeLines) else "half"
    return (
        f'<figure class="{kind}"><figcaption><h2>{escape(block.title)}</h2><p>{escape(block.note)}</p>'
        f'</figcaption><div class="plot" id="drawing-{number}" role="img" '
        f'aria-label="{escape(block.title)}"></div></figure>'
    )


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(heading)}</th>' for heading in table.headings)
    bodies = "".join(_section(section, len(table.headings)) for section in table.sections)
    return (
        f'<section class="wide"><h2>{escape(table.title)}</h2><div class="scroll">'
        f'<table class="{table.look}">'
        f"<thead><tr>{head}</tr></thead>{bodies}</table></div><p>{escape(table.note)}</p></section>"
    )


def _section(section: Section, width: int) -> str:
    title = (
        f'<tr class="title"><th colspan="{width}">{escape(section.title)}</th></tr>' if section.title else ""
    )
    return f"<tbody>{title}{''.join(map(_row, section.rows))}</tbody>"


def _row(cells: tuple[str, ...]) -> str:
    name, *figures = map(escape, cells)
    return f'<tr><th scope="row">{name}</th>{"".join(f"<td>{figure}</td>" for figure in figures)}</tr>'


def _drawings(page: Page) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what the script shall draw, by the id of the element that it goes into."""
    for number, block in enumerate(page.blocks):
        if isinstance(block, Plot):
            yield f"drawing-{number}", asdict(block)
        elif isinstance(block, TimeLines):
            yield f"drawing-{number}", {"kind": "time_lines"} | _short(block)


def _short(lines: TimeLines) -> dict[str, Any]:
    """Return time lines in whole seconds with states by number: 14,000 stretches in 150 kB."""
    states = sorted({state for line in lines.lines for _, _, state in line.stretches})
    return {
        "until_s": lines.until_s,
        "states": states,
        "names": [line.name for line in lines.lines],
        "teams": [line.team for line in lines.lines],
        "stretches": [
            [[round(start), round(end), states.index(state)] for start, end, state in line.stretches]
            for line in lines.lines
        ],
    }


def _json(tree: dict[str, Any]) -> str:
    """Return JSON that may stand inside a script element: no text of it can end that element."""
    text = json.dumps(tree, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@cache
def _file(path: Path) -> str:
    return path.read_text(encoding="utf-8")
