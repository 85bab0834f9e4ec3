"""``GET /reports/<token>``: an advice as a printable page, a workbook (``.xlsx``) and a picture (``.png``)."""

from __future__ import annotations

import ipaddress
import logging
import re
from pathlib import Path
from typing import Mapping, Optional, Protocol
from urllib.parse import quote

from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse, raw
from sqlalchemy.engine import Engine

from channels.web.limits import Allowance
from storage.reports import ReportShelf, StoredReport, hash_of
from storage.tracker_store import in_thread

logger = logging.getLogger(__name__)

NAME = re.compile(r"([A-Za-z0-9_-]{43})(?:\.(xlsx|png))?")
HTML, WORKBOOK, PICTURE = "text/html; charset=utf-8", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "image/png"
TYPES = {"html": HTML, "xlsx": WORKBOOK, "png": PICTURE}
A_SECOND, AT_ONCE = 2, 30
"""Requests of one asker and to one address."""
HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Busy(Exception):
    """More is asked for than can be made now."""


class Press(Protocol):
    """Makes what stands at an address."""

    @property
    def file_name(self) -> str:
        """What a file is called where it is saved."""

    async def page(self, report: StoredReport, address: str) -> str:
        """The printable page."""

    async def file(self, report: StoredReport, form: str) -> bytes:
        """The workbook or the picture; raises :class:`Busy`."""

    def absent(self) -> str:
        """The page for an address where nothing stands."""

    def busy(self) -> str:
        """The page for one who has to come again."""


def reports_at(engine: Engine, press: Press, style: Path) -> Blueprint:
    """The addresses. They ask for no token of the server's: each is a secret itself."""
    routes = Blueprint("advisor_reports", url_prefix="/reports")
    shelf = ReportShelf(engine)
    askers, addresses = (Allowance(a_second=A_SECOND, at_once=AT_ONCE) for _ in range(2))
    look = style.read_bytes()

    @routes.get("/style.css", name="style")
    async def style_sheet(request: Request) -> HTTPResponse:
        return raw(look, content_type="text/css; charset=utf-8", headers={**HEADERS, "Cache-Control": "public, max-age=3600"})

    @routes.get("/<name>", name="report")
    async def report(request: Request, name: str) -> HTTPResponse:
        if not askers.spend(asker(request.ip, request.headers)):
            return come_again(press)
        wanted = NAME.fullmatch(name)
        found = await in_thread(shelf.find, wanted[1]) if wanted else None
        if wanted is None or found is None:
            return answer(press.absent(), HTML, 404)
        if not addresses.spend(hash_of(wanted[1])):
            return come_again(press)
        return await made(press, found, wanted[1], wanted[2])

    return routes


async def made(press: Press, report: StoredReport, token: str, form: Optional[str]) -> HTTPResponse:
    """The form that is asked for."""
    try:
        if form is None:
            return answer(await press.page(report, f"/reports/{token}"), HTML)
        content = await press.file(report, form)
    except Busy:
        return come_again(press)
    except Exception:
        logger.exception("A report could not be made")
        return come_again(press)
    place = "attachment" if form == "xlsx" else "inline"
    name = quote(f"{press.file_name}.{form}")
    return answer(content, TYPES[form], 200, {"Content-Disposition": f"{place}; filename=\"report.{form}\"; filename*=UTF-8''{name}"})


def come_again(press: Press) -> HTTPResponse:
    return answer(press.busy(), HTML, 503, {"Retry-After": "5"})


def answer(content: str | bytes, kind: str, status: int = 200, more: Optional[Mapping[str, str]] = None) -> HTTPResponse:
    body = content.encode() if isinstance(content, str) else content
    return raw(body, status=status, content_type=kind, headers={**HEADERS, **(more or {})})


def asker(ip: str, headers: Mapping[str, str]) -> str:
    """Who asks: behind a proxy of our own network, whom the proxy names last."""
    try:
        inside = ipaddress.ip_address(ip).is_private
    except ValueError:
        return ip
    named = headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return named if inside and named else ip
