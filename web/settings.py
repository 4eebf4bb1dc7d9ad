"""Where the web side is and what it takes in: what its configuration comes to, and the doors go by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSettings:
    """Where browsers and programs come in, and the bounds of what they may send.

    `public_url` is what browsers call the site where a proxy stands before it; empty for `host` and `port`.
    Pages of `allowed_origins` may ask with the key of a program. Desks may show pages of `framed_origin` in a
    frame, where it is not empty.
    Whoever takes longer than `slow_after_s` for a request is let go (`web.patience` has it exactly).
    `extensions` is a pattern of the phones that agents may sit down at: nobody shall log in at a way out.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    allowed_origins: tuple[str, ...] = ()
    connections_max: int = 10_000
    slow_after_s: float = 20
    head_bytes_max: int = 65_536
    body_bytes_max: int = 65_536
    upload_bytes_max: int = 200 * 1024**2
    framed_origin: str = ""
    extensions: str = r"(PJSIP|SIP|IAX2|DAHDI)/[A-Za-z0-9_.-]{1,60}"
