"""Rasa's core without the packages that it imports and serving never uses: TensorFlow for the base classes of components that our
model does not have, the platforms of its own connectors, the databases of its other stores.

Empty stand-ins take their place in the process that serves; training runs with the real ones. Measured: docs/performance.md.
"""

from __future__ import annotations

import json
import sys
import tarfile
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any, Optional, Sequence

STOOD_IN_FOR = frozenset(
    {
        *("tensorflow", "tensorflow_hub", "tensorflow_text", "keras", "sklearn", "matplotlib"),
        *("aiogram", "slack_sdk", "twilio", "webexteamssdk", "fbmessenger", "rocketchat_API", "questionary"),
        *("boto3", "botocore", "pymongo"),
    }
)
OWN_ROOM = "nlu."
WITHOUT_NEED = frozenset(
    {
        "rasa.core.policies.ensemble.DefaultPolicyPredictionEnsemble",
        "rasa.core.policies.rule_policy.RulePolicy",
        "rasa.graph_components.converters.nlu_message_converter.NLUMessageConverter",
        "rasa.graph_components.providers.domain_provider.DomainProvider",
        "rasa.graph_components.providers.rule_only_provider.RuleOnlyDataProvider",
        "rasa.nlu.classifiers.regex_message_handler.RegexMessageHandler",
    }
)
"""Rasa's components that were seen to run without them."""


class LeftOut(Exception):
    """Something has used a stand-in."""


def leave_out_for(model: Path) -> bool:
    """Put the stand-ins in place if every component of the model is known to need none of the packages. Were they put?"""
    if "tensorflow" in sys.modules or components_in_need(model):
        return False
    sys.meta_path.insert(0, StandInFinder())
    return True


def components_in_need(model: Path) -> list[str]:
    """Components of the model that may need one of the packages."""
    with tarfile.open(model) as archive:
        member = archive.extractfile("metadata.json")
        assert member is not None, f"{model} has no metadata"
        nodes = json.load(member)["predict_schema"]["nodes"].values()
    return sorted({node["uses"] for node in nodes if not (node["uses"].startswith(OWN_ROOM) or node["uses"] in WITHOUT_NEED)})


class StandInFinder(MetaPathFinder, Loader):
    """Finds an empty module for every name under the left-out packages."""

    def find_spec(
        self, fullname: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[ModuleSpec]:
        return ModuleSpec(fullname, self, is_package=True) if fullname.split(".")[0] in STOOD_IN_FOR else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return StandInModule(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """There is nothing to execute."""


class StandInModule(ModuleType):
    """Whatever is asked of it is a stand-in class."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return stand_in(f"{self.__name__}.{name}")


class StandIn(type):
    """A class to derive from and to write in annotations. It decorates functions without changing them; more it can't do."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return stand_in(f"{cls.__name__}.{name}")

    def __call__(cls, *arguments: Any, **options: Any) -> Any:
        if "stands_in" not in vars(cls):
            raise LeftOut(f"{cls.__name__} was made, and this process runs without its package")
        if len(arguments) == 1 and not options and callable(arguments[0]):
            return arguments[0]
        return lambda decorated: decorated

    def __or__(cls, other: Any) -> Any:
        return cls

    __ror__ = __or__

    def __getitem__(cls, item: Any) -> Any:
        return cls


def stand_in(name: str) -> StandIn:
    return StandIn(name, (), {"stands_in": True, "__init_subclass__": classmethod(lambda cls, **options: None)})
