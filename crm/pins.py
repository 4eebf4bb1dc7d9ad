"""PINs: kept as salted scrypt hashes, checked in constant time and never on the event loop.

A PIN of four digits has ten thousand values, so no hash saves a stolen table from a patient thief; what
protects the caller is the limit on attempts (`crm.store`). The hash keeps PINs out of backups and eyes.
scrypt costs N=2^14, r=8, p=1 are those its author proposes for a login (C. Percival, 2009); 16 MB each.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

_N, _R, _P = 2**14, 8, 1
_SALT_BYTES = 16
_MEMORY_MAX = 64 * 1024 * 1024

SIMULATED_COST = 2
"""The cost for PINs of invented customers, of whom a simulated day makes thousands in an instant."""


def hash_pin(pin: str, cost: int = _N) -> str:
    """Return a salted hash of `pin` that names its own costs: `scrypt$N$r$p$salt$key`.

    Takes tens of milliseconds at the usual `cost` (scrypt's N, a power of two).
    """
    salt = secrets.token_bytes(_SALT_BYTES)  # det-ok: must not be guessable
    return f"scrypt${cost}${_R}${_P}${salt.hex()}${_derive(pin, salt, cost, _R, _P).hex()}"


def pin_matches(pin: str, pin_hash: str) -> bool:
    """Tell whether `pin` is the one behind `pin_hash`; an account without a PIN matches none.

    Takes equally long either way, so that nobody can tell a missing account from a wrong PIN by its time.
    """
    _, n, r, p, salt, key = (pin_hash or _NO_PIN).split("$")
    derived = _derive(pin, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(derived, bytes.fromhex(key))


def _derive(pin: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY_MAX, dklen=32)


_NO_PIN = f"scrypt${_N}${_R}${_P}${'00' * _SALT_BYTES}${'00' * 32}"
"""A hash no PIN has: nobody knows an input of scrypt that gives 32 zero bytes."""
