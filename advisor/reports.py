"""Makes what stands at the addresses of reports, beside the event loop: pages in a thread, files in a process of their own."""

from __future__ import annotations

import asyncio
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date, datetime
from functools import partial
from multiprocessing import get_context
from typing import Any, Optional
from zoneinfo import ZoneInfo

from actions.services import Services, services
from channels.reports import Busy
from knowledge.model import Knowledge
from rendering.documents import begin, document
from rendering.page import absent, page
from rendering.report import report_of
from rendering.words import Words
from storage.reports import StoredReport
from storage.tracker_store import in_thread

MOST_WAITING = 20
"""Files under way; more are put off."""


class OurPress:
    """Over the knowledge that an advice was given from."""

    def __init__(self) -> None:
        self._pool: Optional[ProcessPoolExecutor] = None
        self._waiting = 0

    @property
    def _services(self) -> Services:
        return services()

    @property
    def file_name(self) -> str:
        return self._services.phrases.text("workbook.subject")

    async def page(self, report: StoredReport, address: str) -> str:
        """The printable page."""
        text: str = await in_thread(self._page, report, address)
        return text

    async def file(self, report: StoredReport, form: str) -> bytes:
        """The workbook or the picture."""
        if self._waiting >= MOST_WAITING:
            raise Busy
        self._waiting += 1
        try:
            knowledge = await in_thread(self._knowledge_of, report)
            responses = self._services.settings.responses_directory
            return await self._made(partial(document, form, responses, report.advice, knowledge, report.script, self._day(report)))
        finally:
            self._waiting -= 1

    def absent(self) -> str:
        return absent("page.absent", self._services.phrases, "page.absent.title")

    def busy(self) -> str:
        return absent("page.busy", self._services.phrases, "page.busy.title")

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None

    async def _made(self, call: Any) -> bytes:
        """In the process; where that has died, once more in a new one."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._started(), call)
        except BrokenProcessPool:
            self.close()
            return await asyncio.get_running_loop().run_in_executor(self._started(), call)

    def _started(self) -> ProcessPoolExecutor:
        """The process, from the first file on. Spawned: a fork would share the sockets and the threads' locks."""
        if self._pool is None:
            responses = self._services.settings.responses_directory
            self._pool = ProcessPoolExecutor(1, get_context("spawn"), begin, (responses,))
        return self._pool

    def _page(self, report: StoredReport, address: str) -> str:
        words = Words(self._services.phrases, report.script)
        whole = report_of(report.advice, self._knowledge_of(report), words, self._day(report))
        return page(whole, address, self._date(report.expires_at).isoformat())

    def _knowledge_of(self, report: StoredReport) -> Knowledge:
        """Of the version and the day that it was given from; the present one where that version is gone."""
        day = self._day(report)
        return self._services.knowledge_store.edition(report.advice["knowledge"]["version"], day) or self._services.knowledge

    def _day(self, report: StoredReport) -> date:
        return self._date(report.made_at)

    def _date(self, moment: float) -> date:
        return datetime.fromtimestamp(moment, ZoneInfo(self._services.settings.timezone)).date()
