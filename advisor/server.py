"""The HTTP server: Rasa's API, the channels, the pages and the monitors' addresses."""

from __future__ import annotations

import asyncio
import gc
import logging
from pathlib import Path

import sqlalchemy as sa
from rasa.core.agent import Agent
from rasa.core.run import configure_app
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json
from sqlalchemy.engine import Engine

from actions.desk import OurDesk
from advisor import workers
from advisor.agent import load_agent
from advisor.model import key
from advisor.pages import add_pages
from advisor.reports import OurPress
from advisor.settings import ROOT, Settings
from channels.delivery import delivery_of
from channels.reports import reports_at
from channels.rest import RestChannel
from channels.web.channel import WebChannel, listeners_of
from storage.database import open_database
from storage.tracker_store import in_thread

logger = logging.getLogger(__name__)

STYLE = ROOT / "rendering" / "templates" / "report.css"
READY = "ready"
DRAIN = 15.0
"""Seconds that requests under way are given when the process is told to stop."""
LARGEST_BODY = 4_000_000
"""Bytes; a message of the largest size that the channel reads, whatever its escapes."""


def build_app(agent: Agent, settings: Settings) -> Sanic:
    """The application of one process over a loaded agent."""
    token = None if settings.is_loopback else settings.api_token
    app = configure_app(
        input_channels=[RestChannel(token), WebChannel(key(settings), settings.allowed_origins, OurDesk())],
        cors=list(settings.allowed_origins) or None,
        auth_token=token,
        enable_api=True,
        port=settings.port,
    )
    app.config.REQUEST_MAX_SIZE = LARGEST_BODY
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = DRAIN
    app.ctx.agent = agent
    app.ctx.is_draining = False
    add_pages(app)
    add_monitors(app)
    press = OurPress()
    app.blueprint(reports_at(open_database(settings.database_url), press, STYLE))

    async def begin(running: Sanic, _: object) -> None:
        works = delivery_of(running).take_up(), listeners_of(running).watch()
        running.ctx.background = [asyncio.ensure_future(work) for work in works]
        logger.info("The advisor is ready")

    async def drain(running: Sanic, _: object) -> None:
        running.ctx.is_draining = True
        for task in running.ctx.background:
            task.cancel()
        listeners_of(running).end()
        press.close()

    app.register_listener(begin, "after_server_start")
    app.register_listener(drain, "before_server_stop")
    return app


def add_monitors(app: Sanic) -> None:
    """The addresses that monitors ask."""

    @app.get("/healthz", name="alive")
    async def alive(request: Request) -> HTTPResponse:
        return json({"status": "alive"})

    @app.get("/readyz", name="ready")
    async def ready(request: Request) -> HTTPResponse:
        status = await readiness(request.app)
        return json({"status": status}, status=200 if status == READY else 503)


async def readiness(app: Sanic) -> str:
    """Can this process answer a message now: model loaded, database there, not about to stop?"""
    if app.ctx.is_draining:
        return "draining"
    if not app.ctx.agent.is_ready():
        return "loading"
    try:
        await in_thread(answers, app.ctx.agent.tracker_store.engine)
    except Exception:
        logger.exception("The database does not answer")
        return "no database"
    return READY


def answers(engine: Engine) -> None:
    """Raises where the database does not answer."""
    with engine.connect() as connection:
        connection.execute(sa.select(sa.literal(1)))


def serve(model: Path, settings: Settings) -> None:
    """Serve until the process is told to stop; the workers share one loaded model."""
    agent = load_agent(model, settings)
    # A connection does not survive a fork; each worker opens its own.
    open_database(settings.database_url).dispose()
    gc.collect()
    # What lives already is never looked at by the collector again: it takes no time in a turn, and its pages stay shared.
    gc.freeze()
    gc.enable()
    place = workers.bound_socket(settings.host, settings.port)

    def serve_one() -> None:
        build_app(agent, settings).run(sock=place, backlog=workers.BACKLOG, access_log=False, motd=False)

    workers.run(serve_one, settings.workers, place)
