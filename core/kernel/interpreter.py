"""Which interpreter runs us: asked here, and nowhere else.

CPython loads packages written in C, such as msgspec. PyPy does not, and needs none: it makes machine code
of Python itself, which a simulated day is two to three times as quick with once it is warm.
"""

from __future__ import annotations

import sys

COMPILED = sys.implementation.name == "cpython"
"""Whether packages written in C are at hand; where they are not, `core.kernel.plain` takes their place."""
