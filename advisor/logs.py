"""Logging: quiet, and without personal data. Rasa's debug lines hold whole messages, so they stay off."""

from __future__ import annotations

import logging
import os
import warnings

from rasa.utils.log_utils import configure_structlog


def set_up() -> None:
    """Warnings and errors of the libraries; ``LOG_LEVEL`` raises or lowers it, never below INFO."""
    level = max(logging.INFO, logging.getLevelName(os.environ.get("LOG_LEVEL", "WARNING").upper()))
    logging.basicConfig(level=level)
    logging.getLogger().setLevel(level)
    configure_structlog(level)
    warnings.simplefilter("ignore")
