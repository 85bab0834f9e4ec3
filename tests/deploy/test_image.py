"""The image: what is in it, what is not, and how it starts."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from advisor.model import SOURCES, fingerprint
from advisor.settings import VARIABLES
from tests.deploy.deployment import DEPLOY, ROOT, SECRETS, Stage, reaches_the_builder, stages

STAGES = stages(DEPLOY / "Dockerfile")
FINAL = STAGES[-1]
MODEL = next(stage for stage in STAGES if stage.name == "model")
ROOMS = ("advisor", "actions", "advice", "channels", "knowledge", "nlu", "rendering", "storage")


def names_imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def laid_out(stage: Stage, target: Path) -> Path:
    """The stage's files as they would lie in /app."""
    for name in stage.files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target / name)
    return target


@pytest.mark.parametrize("room", [*ROOMS, "data"])
def test_the_image_holds_every_file_of_a_room(room: str) -> None:
    there = {
        str(path.relative_to(ROOT)) for path in (ROOT / room).rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert there and there <= FINAL.files(), f"not copied: {sorted(there - FINAL.files())[:5]}"


def test_every_room_that_the_image_imports_is_in_it() -> None:
    files = FINAL.files()
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    imported = {name for file in files if file.endswith(".py") for name in names_imported(ROOT / file)}
    assert {name for name in imported & rooms if f"{name}/__init__.py" not in files} == set()


def test_the_model_is_trained_from_all_that_its_components_import() -> None:
    files = MODEL.files()
    rooms = {path.name for path in ROOT.iterdir() if (path / "__init__.py").exists()}
    sources = [file for file in files if file.startswith(("nlu/", "knowledge/")) and file.endswith(".py")]
    imported = {name for file in sources for name in names_imported(ROOT / file)}
    assert {name for name in imported & rooms if f"{name}/__init__.py" not in files} == set()


@pytest.mark.parametrize("stage", [MODEL, FINAL], ids=["where it is trained", "where it is loaded"])
def test_the_model_has_the_same_fingerprint(stage: Stage, tmp_path: Path) -> None:
    # pyproject.toml and uv.lock come to the model's stage with the stage that it stands on.
    app = laid_out(stage, tmp_path)
    if stage is MODEL:
        laid_out(STAGES[0], tmp_path)
    code = "import advisor.model as m; assert str(m.ROOT) == __import__('os').getcwd(), m.ROOT; print(m.fingerprint())"
    environment = {**os.environ, "PYTHONPATH": str(app)}
    done = subprocess.run([sys.executable, "-c", code], cwd=app.resolve(), env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint()


@pytest.mark.parametrize("source", SOURCES)
def test_a_change_of_what_the_model_is_made_from_trains_it_anew(source: str) -> None:
    copied = {name for stage in (STAGES[0], MODEL) for sources, _ in stage.copied() for name in sources}
    assert any(source == name or source.startswith(f"{name}/") for name in copied)


def test_no_other_change_trains_it_anew() -> None:
    assert {name.split("/")[0] for name in MODEL.files()} == {"config.yml", "domain.yml", "data", "knowledge", "nlu", "advisor"}
    assert not [name for name in MODEL.files() if name.startswith("data/responses")]


@pytest.mark.parametrize(
    "name",
    ["var/model.key", "var/advisor.db", "models/x.tar.gz", ".env", "deploy/.env", "data/.env", ".git/config", "tests/conftest.py", ".venv/bin/python"],
)
def test_nothing_private_to_this_machine_reaches_the_builder(name: str) -> None:
    assert not reaches_the_builder(name)


def test_only_locked_packages_without_the_development_ones_are_installed() -> None:
    syncs = [value for stage in STAGES for value in stage.all("RUN") if "uv sync" in value]
    assert len(syncs) == 1 and {"--frozen", "--no-dev"} <= set(syncs[0].split())


def test_the_final_stage_stands_on_no_build_stage() -> None:
    assert FINAL.base not in {stage.name for stage in STAGES} and not [run for run in FINAL.all("RUN") if "uv " in run or "pip " in run]


def test_every_base_is_pinned_to_a_release() -> None:
    names = {stage.name for stage in STAGES}
    for stage in [*STAGES, *stages(DEPLOY / "edge.Dockerfile")]:
        assert stage.base in names or (":" in stage.base and not stage.base.endswith(":latest")), stage.base


@pytest.mark.parametrize("file", ["Dockerfile", "edge.Dockerfile"])
def test_it_runs_as_a_numeric_user_that_is_not_root(file: str) -> None:
    users = stages(DEPLOY / file)[-1].all("USER")
    assert users and all(part.isdigit() and int(part) > 0 for part in users[-1].split(":")), users


def test_no_secret_is_built_in() -> None:
    for stage in STAGES:
        named = {*stage.environment(), *(value.split("=")[0] for value in stage.all("ARG"))}
        assert not named & SECRETS
    signing = [run for run in MODEL.all("RUN") if "advisor train" in run]
    assert len(signing) == 1 and "--mount=type=secret,id=advisor_secret_key,required=true" in signing[0]


def test_every_variable_of_the_image_is_known_to_the_advisor() -> None:
    assert {name for stage in STAGES for name in stage.environment() if name.startswith("ADVISOR_")} <= set(VARIABLES)


@pytest.mark.parametrize("instruction", ["ENTRYPOINT", "CMD"])
def test_it_starts_without_a_shell(instruction: str) -> None:
    assert all(isinstance(part, str) for part in json.loads(FINAL.all(instruction)[-1]))


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False), (None, False)])
def test_the_health_check_tells_a_server_that_lives_from_one_that_does_not(status: int | None, healthy: bool) -> None:
    asked: list[str] = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status or 0)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    port = server.server_port
    if status is None:
        server.server_close()
    else:
        Thread(target=server.serve_forever, daemon=True).start()
    _, command = FINAL.all("HEALTHCHECK")[-1].split("CMD ", 1)
    python, *arguments = json.loads(command)
    assert python == "python"
    done = subprocess.run([sys.executable, *arguments], env={**os.environ, "ADVISOR_PORT": str(port)}, capture_output=True)
    if status is not None:
        server.shutdown()
        assert asked == ["/healthz"]
    assert (done.returncode == 0) is healthy
