"""The bots that are compared, and the models of those that are not ours."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any, Optional, Sequence

from ruamel.yaml import YAML

from benchmarks.servers import QUIET, ROOT, Bot, launch_advisor, launch_rasa
from benchmarks.talk import CONVERSATION, GREETING

BOTS = Path(__file__).parent / "bots"
FLOOR, STOCK = BOTS / "floor", BOTS / "stock"
MESSAGES = ROOT / "data" / "nlu"
MODELS = ROOT / "models" / "benchmarks"
STOCK_ACTIONS = "benchmarks.bots.stock.actions"
OURS, EMPTY, EMPTY_IN_MEMORY, LEAN, DIET = "ours", "empty", "empty, in memory", "stock lean", "stock DIET"


def ours() -> Bot:
    return Bot(OURS, launch_advisor)


def floor(is_stored: bool = True) -> Bot:
    """An empty Rasa: one intent, one rule, one response."""
    model = trained(FLOOR / "config.yml", FLOOR / "domain.yml", [FLOOR / "training.yml"])
    launch = partial(launch_rasa, model=model, is_stored=is_stored)
    greetings = (GREETING,) * len(CONVERSATION)
    return Bot(EMPTY if is_stored else EMPTY_IN_MEMORY, launch, greetings, (GREETING,))


def stock(config: str, examples: Optional[int] = None) -> Bot:
    """Stock Rasa (``lean`` or ``diet``) trained on our messages; ``examples`` an intent and file, to try things out."""
    messages = MESSAGES if examples is None else some_messages(examples)
    model = trained(STOCK / f"{config}.yml", STOCK / "domain.yml", [STOCK / "rules.yml", messages])
    return Bot(LEAN if config == "lean" else DIET, partial(launch_rasa, model=model, actions=STOCK_ACTIONS))


def trained(config: Path, domain: Path, training: Sequence[Path]) -> Path:
    """The model, trained where there is none of the same sources."""
    name = fingerprint([config, domain, *training])
    model = MODELS / f"{name}.tar.gz"
    if not model.exists():
        print(f"training {config.relative_to(ROOT)} …", flush=True)
        options = ["--config", config, "--domain", domain, "--data", *training, "--out", MODELS, "--fixed-model-name", name]
        arguments = [sys.executable, "-m", "rasa", "train", *map(str, options)]
        run = subprocess.run(arguments, cwd=ROOT, env={**os.environ, **QUIET}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if run.returncode:
            raise RuntimeError(f"training {config} failed:\n{run.stdout[-3000:].decode(errors='replace')}")
    return model


def fingerprint(sources: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for source in sources:
        for file in sorted(source.glob("*.yml")) if source.is_dir() else [source]:
            digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def some_messages(examples: int) -> Path:
    """The first messages of every intent of every file, as training data."""
    yaml = YAML(typ="safe")
    folder = MODELS / f"messages-{examples}"
    folder.mkdir(parents=True, exist_ok=True)
    for file in sorted(MESSAGES.glob("*.yml")):
        content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"))
        for entry in content["nlu"]:
            entry["examples"] = "".join(entry["examples"].splitlines(keepends=True)[:examples])
        with (folder / file.name).open("w", encoding="utf-8") as target:
            yaml.dump(content, target)
    return folder
