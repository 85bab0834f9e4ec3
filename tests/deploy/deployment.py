"""What the tests of the deployment share: its files, read as what they are."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Iterator, Mapping, Optional

import helm_python as helm
import yaml
from dockerfile_parse import DockerfileParser

from advisor.settings import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
CHART = DEPLOY / "helm" / "customer-budget-advisor"
SECRETS = frozenset({"ADVISOR_DATABASE_URL", "ADVISOR_REDIS_URL", "ADVISOR_API_TOKEN", "ADVISOR_SECRET_KEY"})
KNOWN = frozenset(VARIABLES)
"""Variables of the advisor."""
REFERENCE = re.compile(r"(?<!\$)\$\{(\w+)(?::([-?])([^}]*))?\}")
"""``${NAME}``, ``${NAME:-standard}`` or ``${NAME:?complaint}`` in a compose file."""


@dataclass
class Stage:
    """One ``FROM`` of a Dockerfile with what follows it."""

    base: str
    name: Optional[str]
    instructions: list[tuple[str, str]] = field(default_factory=list)

    def all(self, instruction: str) -> list[str]:
        return [value for name, value in self.instructions if name == instruction]

    def copied(self) -> Iterator[tuple[list[str], str]]:
        """Sources of the project, each with its destination."""
        for value in self.all("COPY"):
            if not value.startswith("--from="):
                *sources, destination = value.split()
                yield sources, destination

    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for value in self.all("ENV") for pair in value.split())

    def files(self) -> set[str]:
        """The project's files that its instructions copy, as far as .dockerignore lets them."""
        found: set[str] = set()
        for sources, _ in self.copied():
            for path in (ROOT / source for source in sources):
                files = path.rglob("*") if path.is_dir() else [path]
                found |= {str(file.relative_to(ROOT)) for file in files if file.is_file()}
        return {name for name in found if reaches_the_builder(name)}


def stages(path: Path) -> list[Stage]:
    with path.open("rb") as file:
        parsed = DockerfileParser(fileobj=file).structure
    found: list[Stage] = []
    for entry in parsed:
        instruction, value = entry["instruction"], entry["value"]
        if instruction == "FROM":
            base, _, name = value.partition(" AS ")
            found.append(Stage(base, name or None))
        elif instruction != "COMMENT":
            found[-1].instructions.append((instruction, value))
    return found


def reaches_the_builder(name: str) -> bool:
    """Does .dockerignore let a file through? The last pattern that fits decides."""
    result = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        pattern = line.removeprefix("!")
        if line and not line.startswith("#") and fits(name, pattern):
            result = line.startswith("!")
    return result


def fits(name: str, pattern: str) -> bool:
    parts = name.split("/")
    if pattern.startswith("**/"):
        return any(fnmatch(part, pattern.removeprefix("**/")) for part in parts)
    return any(fnmatch("/".join(parts[:length]), pattern) for length in range(1, len(parts) + 1))


def compose() -> dict[str, Any]:
    """The compose file, its references as they are written."""
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def references(value: Any) -> set[str]:
    """Names of variables that a part of a compose file refers to."""
    return {match[1] for match in REFERENCE.finditer(json.dumps(value))}


def resolved(text: str, values: Mapping[str, str]) -> str:
    """A text of the compose file with its references filled in, as Compose does it."""

    def value(match: re.Match[str]) -> str:
        name, kind, rest = match.groups()
        found = values.get(name, "")
        assert found or kind != "?", f"{name}: {rest}"
        return found or (rest if kind == "-" else "")

    return REFERENCE.sub(value, text).replace("$$", "$")


def render(values: Optional[dict[str, Any]] = None, **options: Any) -> list[dict[str, Any]]:
    """The chart's manifests for the values given."""
    with helm.Chart.load(CHART) as chart:
        rendered = chart.render(values or {}, name="demo", namespace="advisor", **options)
    texts = [text for name, text in rendered.items() if not name.endswith("NOTES.txt")]
    return [manifest for text in texts for manifest in yaml.safe_load_all(text) if manifest]


def notes(values: Optional[dict[str, Any]] = None) -> str:
    with helm.Chart.load(CHART) as chart:
        rendered = chart.render(values or {}, name="demo", namespace="advisor")
    return next(text for name, text in rendered.items() if name.endswith("NOTES.txt"))


def of_kind(manifests: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def pods(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pod templates."""
    return [manifest["spec"]["template"] for manifest in manifests if "template" in manifest.get("spec", {})]


def containers(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        container
        for pod in pods(manifests)
        for container in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]
    ]


FINAL_ENVIRONMENT = stages(DEPLOY / "Dockerfile")[-1].environment()
"""What the image itself sets."""
