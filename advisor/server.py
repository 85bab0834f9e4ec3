"""The HTTP server: Rasa's API, the REST channel, the demo page and the monitors' addresses."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Optional

from rasa.core.run import configure_app
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, file, json

from advisor.agent import load_agent
from advisor.settings import ROOT, Settings
from channels.rest import RestChannel

logger = logging.getLogger(__name__)

DEMO = ROOT / "channels" / "demo"
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
LARGEST_BODY = 4_000_000
"""Bytes; a message of the largest size that the channel reads, whatever its escapes."""


def build_app(model: Path, settings: Settings) -> Sanic:
    """The application; the model is loaded before it serves."""
    token = None if settings.is_loopback else settings.api_token
    app = configure_app(
        input_channels=[RestChannel(token)],
        cors=list(settings.allowed_origins) or None,
        auth_token=token,
        enable_api=True,
        port=settings.port,
    )
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY
    add_pages(app)

    async def load(running: Sanic, _: object) -> None:
        running.ctx.agent = load_agent(model, settings)
        logger.info("The advisor is ready")

    app.register_listener(load, "before_server_start")
    return app


def add_pages(app: Sanic) -> None:
    """The demo page and the addresses that monitors ask."""

    @app.middleware("request")
    async def greet(request: Request) -> Optional[HTTPResponse]:
        # Rasa has taken "/" for its own greeting, and a route cannot be taken back.
        return await file(DEMO / "index.html", headers=PAGE_HEADERS) if request.path == "/" else None

    @app.get("/demo/style.css", name="demo_style")
    async def style(request: Request) -> HTTPResponse:
        return await file(DEMO / "style.css", headers=PAGE_HEADERS)

    @app.get("/demo/page.js", name="demo_script")
    async def script(request: Request) -> HTTPResponse:
        return await file(DEMO / "page.js", headers=PAGE_HEADERS)

    @app.get("/healthz", name="alive")
    async def alive(request: Request) -> HTTPResponse:
        return json({"status": "alive"})

    @app.get("/readyz", name="ready")
    async def ready(request: Request) -> HTTPResponse:
        agent = getattr(request.app.ctx, "agent", None)
        is_ready = agent is not None and agent.is_ready()
        return json({"status": "ready" if is_ready else "loading"}, status=200 if is_ready else 503)


def serve(model: Path, settings: Settings) -> None:
    """Serve until the process is told to stop."""
    app = build_app(model, settings)
    app.run(host=settings.host, port=settings.port, workers=1, access_log=False, motd=False)
