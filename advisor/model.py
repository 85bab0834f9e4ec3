"""The trained model: kept under a hash of all that it is made from, signed, and trained only when that changes."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from pathlib import Path
from typing import Iterator

from advisor.settings import ROOT, Settings

MODELS = ROOT / "models"
KEY_FILE = ROOT / "var" / "model.key"
SOURCES = ("config.yml", "domain.yml", "data/nlu", "data/rules", "data/lexicon", "knowledge/amount_words.yml", "nlu", "uv.lock")
"""What a model is made from."""


class ModelError(Exception):
    """No model, or one that was not built here; the text names the remedy."""


class NoModel(ModelError):
    """There is none yet: it can be trained."""


def fingerprint() -> str:
    """A hash of everything that a model is made from."""
    digest = hashlib.sha256()
    for path in source_files():
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def source_files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.suffix in (".yml", ".py", ".lock"))


def model_path() -> Path:
    """Where the model of the present sources is, or will be."""
    return MODELS / f"{fingerprint()}.tar.gz"


def trained_model(settings: Settings) -> Path:
    """The model of the present sources; raises :class:`ModelError` where there is none or it is not ours.

    Rasa loads pickles and its TensorFlow cannot be patched any more: only models that were built here are loaded.
    """
    path = model_path()
    if not path.exists():
        raise NoModel("there is no model of the present data. Remedy: advisor train")
    signature = path.with_suffix(".sig")
    known = signature.read_text(encoding="ascii") if signature.exists() else ""
    if not hmac.compare_digest(known, sign(path, settings)):
        raise ModelError(
            f"{path} was not signed with this installation's key. "
            "Remedy: set ADVISOR_SECRET_KEY to the key that it was signed with, or delete it and run advisor train"
        )
    return path


def train(settings: Settings) -> Path:
    """Train with Rasa; returns the signed model."""
    from advisor import logs, trainer

    logs.set_up()
    path = model_path()
    data = [str(ROOT / "data" / "nlu"), str(ROOT / "data" / "rules")]
    trainer.train(trainer.Sources(str(ROOT / "config.yml"), str(ROOT / "domain.yml"), data), path)
    path.with_suffix(".sig").write_text(sign(path, settings), encoding="ascii")
    return path


def sign(path: Path, settings: Settings) -> str:
    """The signature of a model file."""
    with path.open("rb") as file:
        content = hashlib.sha256(file.read()).digest()
    return hmac.new(key(settings), content, hashlib.sha256).hexdigest()


def key(settings: Settings) -> bytes:
    """The installation's key, made at first use."""
    if settings.secret_key:
        return settings.secret_key.encode()
    if not KEY_FILE.exists():
        KEY_FILE.parent.mkdir(parents=True, exist_ok=True)
        KEY_FILE.touch(mode=0o600)
        KEY_FILE.write_text(secrets.token_hex(32), encoding="ascii")
    return KEY_FILE.read_text(encoding="ascii").encode()
