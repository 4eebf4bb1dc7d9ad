"""Values as JSON and back, by their types: the door to msgspec's reader and writer, or to our own.

Equal values give equal bytes and the same texts are refused, whichever it is; only the words of an error
differ. See `core.kernel.record` for the structs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.kernel.interpreter import COMPILED

if TYPE_CHECKING or COMPILED:
    from msgspec import DecodeError, Raw, to_builtins
    from msgspec.json import Decoder, Encoder, decode, encode
else:
    from core.kernel.plain.reading import DecodeError, Decoder, decode
    from core.kernel.plain.writing import Encoder, encode, to_builtins

__all__ = ["DecodeError", "Decoder", "Encoder", "Raw", "decode", "encode", "to_builtins"]
