"""Whose pages may talk to the widget's channel: the server's own, and those that the operator names."""

from __future__ import annotations

from typing import Sequence
from urllib.parse import urlsplit

from sanic.request import Request


def is_welcome(request: Request, allowed: Sequence[str]) -> bool:
    """May the page that asks do so? What is not a page of another site names no origin."""
    origin = request.headers.get("origin")
    if origin is None or "*" in allowed or origin in allowed:
        return True
    # Behind a proxy that speaks TLS the scheme is not known here; host and port are.
    return urlsplit(origin).netloc == request.headers.get("host")
