"""The addresses of reports, asked over HTTP; the files are made in the process that the server makes them in."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from statistics import median
from threading import Event, Thread
from typing import Any, Iterator, Optional
from unittest.mock import patch

import httpx
import openpyxl
import pytest
from PIL import Image
from rasa.shared.core.events import BotUttered
from sanic import Sanic
from sanic.touchup import TouchUp
from sqlalchemy.engine import Engine

from actions.reports import new_address, with_address
from advisor.reports import OurPress
from advisor.server import STYLE
from advisor.settings import Settings
from channels.reports import AT_ONCE, asker, reports_at
from rendering.payload import payload
from storage.database import open_database
from storage.migrations import migrate
from storage.reports import METADATA, keep_reports
from tests.rendering.companies import KNOWLEDGE, WHOLE, report
from tests.server import free_port

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TOUCH_UP = TouchUp.run


@pytest.fixture(scope="module")
def engine(database_url: str) -> Engine:
    found = open_database(database_url)
    migrate(found)
    return found


@pytest.fixture(scope="module")
def press() -> Iterator[OurPress]:
    found = OurPress()
    yield found
    found.close()


def stored(engine: Engine, kind: str, script: str = "simplified", days: float = 1.0, **facts: Any) -> str:
    """The path of a report as a turn keeps it."""
    advice = payload(report(kind, {**WHOLE[kind], **facts}).advice)
    custom, entry = with_address(advice, Settings(report_days=days), script)
    with engine.begin() as connection:
        keep_reports(connection, "her", [BotUttered("…", {"custom": custom}, entry)])
    return "/reports/" + custom["report_url"].rpartition("/")[2]


def touch_up_once(app: Sanic) -> None:
    """Sanic rewrites its own methods at a start; a second start in the process finds them rewritten."""
    with suppress(KeyError):
        TOUCH_UP(app)


@pytest.fixture(scope="module")
def address(engine: Engine, press: OurPress) -> Iterator[str]:
    """A server of the addresses, on a thread of its own."""
    app = Sanic(f"reports_{time.monotonic_ns()}")
    app.blueprint(reports_at(engine, press, STYLE))
    port, loop, started = free_port(), asyncio.new_event_loop(), Event()

    async def start() -> None:
        server = await app.create_server("127.0.0.1", port, return_asyncio_server=True, access_log=False)
        with patch("sanic.app.TouchUp.run", touch_up_once):
            await server.startup()
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()

    thread = Thread(target=run, daemon=True)
    thread.start()
    assert started.wait(30)
    yield f"http://127.0.0.1:{port}"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    Sanic._app_registry.pop(app.name)


@pytest.fixture
def client(address: str, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """An asker of its own for each test, by what our own proxy would say of it."""
    with httpx.Client(base_url=address, timeout=60, headers={"X-Forwarded-For": request.node.name}) as found:
        yield found


def test_each_form_is_served_and_never_kept_by_others(engine: Engine, press: OurPress, client: httpx.Client) -> None:
    path = stored(engine, "plan")
    for form, kind in (("", "text/html; charset=utf-8"), (".xlsx", SHEET), (".png", "image/png")):
        found = client.get(path + form)
        assert (found.status_code, found.headers["content-type"]) == (200, kind)
        assert found.headers["cache-control"] == "private, no-store" and "noindex" in found.headers["x-robots-tag"]
        assert found.headers["content-security-policy"].startswith("default-src 'self'")
        assert (found.headers["referrer-policy"], found.headers["x-content-type-options"]) == ("no-referrer", "nosniff")
        content = found.content
        if form == ".xlsx":
            assert found.headers["content-disposition"].startswith("attachment") and "%E5%AE%A2%E6%88%B7" in found.headers["content-disposition"]
            assert openpyxl.load_workbook(BytesIO(content)).sheetnames[0] == "概览"
        elif form == ".png":
            assert Image.open(BytesIO(content)).width == 1080
        else:
            assert "80 万元" in found.text and f'href="{path}.xlsx"' in found.text
    assert client.get("/reports/style.css").headers["content-type"].startswith("text/css")


def test_who_writes_traditional_characters_reads_them(engine: Engine, press: OurPress, client: httpx.Client) -> None:
    path = stored(engine, "share", script="traditional")
    assert "客戶管理預算" in client.get(path).text
    assert openpyxl.load_workbook(BytesIO(client.get(path + ".xlsx").content)).sheetnames[0] == "概覽"


def test_what_is_not_there_is_said_kindly_and_always_alike(engine: Engine, press: OurPress, client: httpx.Client) -> None:
    over = stored(engine, "plan", days=-1)
    paths = [over, over + ".xlsx", "/reports/" + "a" * 43, "/reports/x", "/reports/" + "a" * 43 + ".exe", "/reports/%00", "/reports/..%2f..%2fetc"]
    answers = [client.get(path) for path in paths]
    assert {(answer.status_code, answer.text, answer.headers["cache-control"]) for answer in answers[:-1]} == {(404, press.absent(), "private, no-store")}
    assert answers[-1].status_code == 404


def test_one_who_asks_too_much_is_put_off(engine: Engine, press: OurPress, client: httpx.Client) -> None:
    path = stored(engine, "plan")
    answers = [client.get("/reports/x") for _ in range(AT_ONCE * 3)]
    assert {answer.status_code for answer in answers} == {404, 503}
    put_off = answers[-1]
    assert put_off.headers["retry-after"] == "5" and put_off.text == press.busy()
    assert client.get(path).status_code == 503
    assert client.get(path, headers={"X-Forwarded-For": "8.8.8.8, 9.9.9.9"}).status_code == 200


def test_behind_our_own_proxy_the_asker_is_whom_it_names_last() -> None:
    assert asker("10.0.0.1", {"x-forwarded-for": "1.1.1.1, 2.2.2.2"}) == "2.2.2.2"
    assert asker("10.0.0.1", {}) == "10.0.0.1"
    assert asker("8.8.8.8", {"x-forwarded-for": "1.1.1.1"}) == "8.8.8.8"


def test_others_are_answered_as_fast_while_ten_files_are_made(engine: Engine, client: httpx.Client, address: str) -> None:
    paths = [stored(engine, kind) + form for kind in (*WHOLE, "plan") for form in (".xlsx", ".png")]
    client.get(paths[0])  # the process starts
    waits = []
    with ThreadPoolExecutor(len(paths)) as askers:
        asked = [askers.submit(httpx.get, address + path, timeout=60) for path in paths]
        while not all(one.done() for one in asked):
            before = time.perf_counter()
            client.get("/reports/style.css")
            waits.append(time.perf_counter() - before)
    assert [one.result().status_code for one in asked] == [200] * len(paths)
    assert median(waits) < 0.05


def test_a_maker_that_died_is_replaced(engine: Engine, press: OurPress, client: httpx.Client) -> None:
    path = stored(engine, "plan") + ".xlsx"
    assert client.get(path).status_code == 200
    assert press._pool is not None
    for process in list((press._pool._processes or {}).values()):
        process.kill()
    assert client.get(path).status_code == 200


def test_an_advice_has_an_address_and_the_metadata_does_not_tell_it() -> None:
    settings = Settings(public_url="https://advisor.example.com")
    custom, entry = with_address(payload(report("plan", WHOLE["plan"]).advice), settings, "simplified")
    token = custom["report_url"].rpartition("/")[2]
    assert custom["report_url"] == f"https://advisor.example.com/reports/{token}" and token not in str(entry)
    assert entry[METADATA]["script"] == "simplified" and new_address(settings) != new_address(settings)
    assert with_address({"type": "handoff"}, settings, "simplified") == ({"type": "handoff"}, {})


def test_a_report_is_of_the_knowledge_that_the_advice_came_from(engine: Engine, press: OurPress) -> None:
    known: Optional[Any] = press._services.knowledge_store.edition(KNOWLEDGE.version, press._services.today)
    assert known is not None and known.version == KNOWLEDGE.version
    assert press._services.knowledge_store.edition("unknown", press._services.today) is None
