"""Tokens: what browsers and programs show, and what is kept of it.

A token holds 256 random bits, so a plain hash of it is safe: there is nothing to guess. Whoever steals the
table of hashes cannot make a token of one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

KEY_PREFIX = "glk_"
"""What keys of programs begin with, so that scanners for leaked secrets know them."""
_BYTES = 32


def new_token() -> str:
    """Return a token for a browser."""
    return secrets.token_urlsafe(_BYTES)  # det-ok: must not be guessable


def new_key() -> str:
    """Return a key for a program."""
    return KEY_PREFIX + new_token()


def new_key_id() -> str:
    """Return a short name for a key, no secret."""
    return secrets.token_hex(6)  # det-ok: two processes may make keys at once


def hash_of(token: str) -> str:
    """Return what is kept of `token`."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """Return what a page must show beside its cookie: only who can read our answers knows it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def csrf_matches(token: str, shown: str) -> bool:
    """Tell whether `shown` belongs to the cookie `token`, in constant time."""
    return hmac.compare_digest(csrf_token(token).encode(), shown.encode())
