"""The TLS edge: a real Caddy before replicas whose addresses a name server tells, as Compose's does."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Iterator

import dns.message
import dns.rdatatype
import dns.rrset
import httpx
import pytest

from advisor.settings import Settings
from tests.deploy.deployment import DEPLOY, of_kind, render
from tests.server import free_port

CADDY = Path(sys.executable).parent / "caddy"
INSIDE = ("model", "conversations", "domain", "status", "version", "readyz")
"""First parts of the addresses that are not for the outside: Rasa's own API and the address for balancers."""


class NameServer:
    """Answers every question with the addresses of the replicas."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                wire, asker = self._socket.recvfrom(512)
            except OSError:
                return
            question = dns.message.from_wire(wire)
            answer = dns.message.make_response(question)
            if question.question[0].rdtype == dns.rdatatype.A and self.addresses:
                answer.answer.append(dns.rrset.from_text(question.question[0].name, 1, "IN", "A", *self.addresses))
            self._socket.sendto(answer.to_wire(), asker)

    def close(self) -> None:
        self._socket.close()


class Replica:
    """Takes requests at one address of loopback and keeps what it was asked."""

    def __init__(self, address: str, port: int, *, hangs_up: bool = False) -> None:
        self.asked: list[str] = []
        replica = self

        class Answer(BaseHTTPRequestHandler):
            def answer(self) -> None:
                replica.asked.append(f"{self.command} {self.path}")
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if hangs_up:
                    self.close_connection = True
                    return
                if self.headers.get("Upgrade") == "websocket":
                    self.send_response(101)
                    self.send_header("Upgrade", "websocket")
                    self.send_header("Connection", "Upgrade")
                    self.end_headers()
                    self.wfile.write(self.rfile.readline())
                    self.close_connection = True
                    return
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer((address, port), Answer)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def adapted(site: str) -> dict[str, Any]:
    """The Caddyfile as Caddy understands it."""
    command = [str(CADDY), "adapt", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    done = subprocess.run(command, env={**os.environ, "SITE_ADDRESS": site}, capture_output=True, check=True)
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def handlers(part: Any, name: str) -> Iterator[dict[str, Any]]:
    """Every handler of a name, wherever it stands."""
    if isinstance(part, dict):
        if part.get("handler") == name:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from handlers(inner, name)


def published() -> list[str]:
    """The patterns of paths that reach a replica."""
    routes = [route for server in adapted("localhost")["apps"]["http"]["servers"].values() for route in server["routes"]]
    [edge] = [route for inner in handlers(routes, "subroute") for route in inner["routes"] if proxies_itself(route)]
    [match] = edge["match"]
    assert set(match) == {"path"}
    return list(match["path"])


def proxies_itself(route: dict[str, Any]) -> bool:
    """Is it the innermost route with a condition that leads to a replica?"""
    inner = [nested for found in handlers(route, "subroute") for nested in found["routes"]]
    return bool(route.get("match")) and any(handlers(route, "reverse_proxy")) and not any(nested.get("match") for nested in inner)


class Edge:
    """A running Caddy; the Caddyfile is changed in ports and in whom it asks for names, nothing else."""

    def __init__(self, folder: Path) -> None:
        self.names = NameServer()
        self.port, self.replica_port = free_port(), free_port()
        config = adapted(f"http://127.0.0.1:{self.port}")
        [proxy] = handlers(config, "reverse_proxy")
        assert proxy["dynamic_upstreams"]["name"] == "app" and proxy["dynamic_upstreams"]["port"] == "5005"
        proxy["dynamic_upstreams"] |= {
            "port": str(self.replica_port),
            "refresh": "100ms",
            "resolver": {"addresses": [f"127.0.0.1:{self.names.port}"]},
        }
        for server in config["apps"]["http"]["servers"].values():
            server["listen"] = [f"127.0.0.1:{free_port()}" if "2020" in place else place for place in server["listen"]]
        (folder / "caddy.json").write_text(json.dumps(config), encoding="utf-8")
        self.address = f"http://127.0.0.1:{self.port}"
        self._process = subprocess.Popen(
            [str(CADDY), "run", "--config", str(folder / "caddy.json")],
            env={**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "HOME": str(folder)},
            stderr=subprocess.DEVNULL,
        )
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.close()
        raise AssertionError("Caddy did not start")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self.names.close()


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    with closing(Edge(tmp_path_factory.mktemp("caddy"))) as running:
        yield running


@contextmanager
def replicas(edge: Edge, *addresses: str, known: tuple[str, ...] = (), hangs_up: bool = False) -> Iterator[list[Replica]]:
    """Replicas at the addresses; the name server tells these and the others that are known."""
    with ExitStack() as stack:
        running = [stack.enter_context(closing(Replica(address, edge.replica_port, hangs_up=hangs_up))) for address in addresses]
        edge.names.addresses = [*addresses, *known]
        time.sleep(0.2)
        yield running


@pytest.mark.parametrize("path", ["/", "/demo/page.js", "/webhooks/rest/webhook", "/webhooks/slack/events", "/healthz"])
def test_what_users_and_channels_need_reaches_a_replica(edge: Edge, path: str) -> None:
    with replicas(edge, "127.0.0.2") as [replica]:
        assert httpx.get(edge.address + path).status_code == 200
        assert replica.asked == [f"GET {path}"]


@pytest.mark.parametrize("path", ["/model", "/model/parse", "/conversations/a/tracker", "/domain", "/status", "/readyz", "/webhooks/../model", "//model"])
def test_rasas_own_api_stays_inside(edge: Edge, path: str) -> None:
    with replicas(edge, "127.0.0.3") as [replica]:
        with closing(socket.create_connection(("127.0.0.1", edge.port))) as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{edge.port}\r\nConnection: close\r\n\r\n".encode())
            answer = connection.makefile("rb").readline()
        assert b" 404 " in answer or b" 400 " in answer
        assert replica.asked == []


def test_replicas_that_are_added_take_their_part(edge: Edge) -> None:
    with replicas(edge, "127.0.0.4", "127.0.0.5") as both:
        for _ in range(40):
            assert httpx.get(edge.address).status_code == 200
        assert all(replica.asked for replica in both)


def test_nobody_notices_a_replica_that_is_gone(edge: Edge) -> None:
    with replicas(edge, "127.0.0.6", known=("127.0.0.7",)) as [replica]:
        for _ in range(40):
            assert httpx.post(edge.address + "/webhooks/rest/webhook", json={"message": "你好"}).status_code == 200
        assert len(replica.asked) == 40


def test_a_message_that_has_reached_a_replica_is_not_sent_again(edge: Edge) -> None:
    with replicas(edge, "127.0.0.8", "127.0.0.9", hangs_up=True) as both:
        assert httpx.post(edge.address + "/webhooks/rest/webhook", json={"message": "你好"}).status_code == 502
        assert sum(len(replica.asked) for replica in both) == 1


def test_a_websocket_passes_through(edge: Edge) -> None:
    with replicas(edge, "127.0.0.10"), closing(socket.create_connection(("127.0.0.1", edge.port), timeout=5)) as connection:
        lines = ["GET /webhooks/web/socket HTTP/1.1", f"Host: 127.0.0.1:{edge.port}", "Connection: Upgrade", "Upgrade: websocket"]
        lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.makefile("rb")
        assert b" 101 " in answer.readline()
        while answer.readline().strip():
            pass
        connection.sendall("你好\n".encode())
        assert answer.readline().decode() == "你好\n"


def test_a_body_larger_than_the_advisor_reads_is_refused(edge: Edge) -> None:
    with replicas(edge, "127.0.0.11"):
        answer = httpx.post(edge.address + "/webhooks/rest/webhook", content=b"x" * 5_000_000)
        assert answer.status_code == 413


def test_it_speaks_tls_at_the_published_ports_and_is_not_steered_from_outside() -> None:
    config = adapted("advisor.example.com")
    listening = {place for server in config["apps"]["http"]["servers"].values() for place in server["listen"]}
    assert listening == {":8443", ":2020"} and config["admin"] == {"disabled": True}
    assert (config["apps"]["http"]["http_port"], config["apps"]["http"]["https_port"]) == (8080, 8443)


def test_the_ingress_publishes_the_same_addresses() -> None:
    values = {"ingress": {"enabled": True, "host": "advisor.example.com", "tlsSecret": "advisor-tls"}}
    [ingress] = of_kind(render(values), "Ingress")
    paths = {path["path"]: path["pathType"] for path in ingress["spec"]["rules"][0]["http"]["paths"]}
    assert {f"{path}*" if kind == "Prefix" else path for path, kind in paths.items()} == set(published())


def test_every_address_of_the_server_is_either_published_or_kept_inside() -> None:
    from sanic import Sanic

    from advisor.server import build_app

    app = build_app(Path("no model is loaded"), Settings())
    Sanic._app_registry.pop(app.name)  # this Sanic has no other way to take a name back
    addresses = [f"/{route.path}" for route in app.router.routes]
    assert "/webhooks/rest/webhook" in addresses
    for address in addresses:
        outside = any(address == pattern or (pattern.endswith("*") and address.startswith(pattern[:-1])) for pattern in published())
        assert outside is not (address.split("/")[1] in INSIDE), f"{address}: publish it in deploy/Caddyfile and the Ingress, or name it in INSIDE"
