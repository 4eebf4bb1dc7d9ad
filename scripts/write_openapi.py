"""Write the description of the API, docs/openapi.json; with `--check` say whether it is up to date.

python -m scripts.write_openapi [--check]
"""

from __future__ import annotations

import json
import sys

from scripts.tree import ROOT
from web.application import describe_application

FILE = ROOT / "docs" / "openapi.json"


def description() -> str:
    """Return the description as it stands in the file."""
    return json.dumps(describe_application().openapi(), indent=1, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or compare it with `--check`; return 1 where it is out of date."""
    text = description()
    if "--check" not in sys.argv[1:]:
        FILE.write_text(text, "utf-8")
        return 0
    if FILE.exists() and FILE.read_text("utf-8") == text:
        return 0
    print(f"{FILE.relative_to(ROOT)} is out of date: run python -m scripts.write_openapi")
    return 1


if __name__ == "__main__":
    sys.exit(main())
