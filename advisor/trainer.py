"""Rasa's training graph, run once over sources that are read once.

Rasa's own ``train`` reads and copies the training messages three times and takes a fingerprint of all of them after every
component, for a cache that :mod:`advisor.model` makes needless: it trains only when a source has changed, and then everything.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Optional

from rasa.engine.constants import PLACEHOLDER_IMPORTER
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.validation import validate
from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class Sources(RasaFileImporter):
    """Domain, configuration and training files of one project."""

    def get_domain(self) -> Domain:
        return self._domain

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """The same messages at every call: what components set on them stays."""
        return self._nlu_data

    @cached_property
    def _domain(self) -> Domain:
        return super().get_domain()

    @cached_property
    def _nlu_data(self) -> TrainingData:
        return super().get_nlu_data()


def train(sources: Sources, model: Path) -> None:
    """Train every component and write the model."""
    configuration = DefaultV1Recipe().graph_config_for_recipe(sources.get_config(), {})
    validate(configuration)
    schema = configuration.train_schema
    with TemporaryDirectory() as folder:
        storage = LocalModelStorage.create(Path(folder))
        DaskGraphRunner.create(schema, storage, ExecutionContext(schema)).run({PLACEHOLDER_IMPORTER: sources})
        storage.create_model_package(model, configuration, sources.get_domain())
