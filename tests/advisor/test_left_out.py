"""The server runs without TensorFlow where the model allows it, and says the same."""

from __future__ import annotations

import asyncio
import io
import json
import re
import subprocess
import sys
import tarfile
from pathlib import Path

import httpx
import pytest
import rasa
from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from advisor.left_out import STOOD_IN_FOR, LeftOut, StandInModule, components_in_need
from benchmarks.processes import PROC
from benchmarks.storm import nameless
from channels.delivery import Collected
from tests.replica import WEBHOOK, OnPostgres, body
from tests.server import ROOT

TALK = ("你好", "开奶茶店的，客户管理预算怎么定", "成长期", "会员制", "总预算100万", "如果总预算砍一半呢", "CAC是什么意思", "今天天气怎么样", "谢谢")
LEFT_OUT = "from pathlib import Path; from advisor.left_out import leave_out_for; assert leave_out_for(Path({model!r})); "


def model_with(folder: Path, *components: str) -> Path:
    """As much of a model as says what it is made of."""
    nodes = {f"node_{number}": {"uses": component} for number, component in enumerate(components)}
    content = json.dumps({"predict_schema": {"nodes": nodes}}).encode()
    with tarfile.open(folder / "model.tar.gz", "w:gz") as archive:
        entry = tarfile.TarInfo("metadata.json")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return folder / "model.tar.gz"


def run(model: Path, code: str) -> "subprocess.CompletedProcess[str]":
    """Python code after the stand-ins were put in place."""
    return subprocess.run([sys.executable, "-c", LEFT_OUT.format(model=str(model)) + code], cwd=ROOT, capture_output=True, text=True, check=False)


def test_no_component_of_our_model_is_in_need(model: Path) -> None:
    assert components_in_need(model) == []


@pytest.mark.parametrize("component", ["rasa.nlu.classifiers.diet_classifier.DIETClassifier", "rasa.core.policies.ted_policy.TEDPolicy", "someone.s.Component"])
def test_a_component_that_may_be_in_need_is_recognised(tmp_path: Path, component: str) -> None:
    model = model_with(tmp_path, "rasa.core.policies.rule_policy.RulePolicy", "nlu.gate.Gate", component)
    assert components_in_need(model) == [component]


def test_for_such_a_model_the_real_one_is_imported(tmp_path: Path) -> None:
    model = model_with(tmp_path, "rasa.nlu.classifiers.diet_classifier.DIETClassifier")
    assert "AssertionError" in run(model, "").stderr


def test_a_stand_in_can_be_derived_from_and_decorates(tmp_path: Path) -> None:
    tensorflow = StandInModule("tensorflow")

    class Layer(tensorflow.keras.layers.Layer):
        @tensorflow.function(jit_compile=True)
        def double(self, number: "tensorflow.Tensor") -> int:
            return 2 * number

    assert Layer.double(None, 2) == 4


def test_what_derives_from_a_stand_in_fails_loudly_when_it_is_made() -> None:
    class Model(StandInModule("tensorflow").keras.Model):
        pass

    with pytest.raises(LeftOut, match="Model"):
        Model()


@pytest.mark.parametrize("package", ["tensorflow", "sklearn", "matplotlib", "aiogram", "slack_sdk", "boto3", "pymongo"])
def test_rasa_s_core_is_imported_without_it(tmp_path: Path, package: str) -> None:
    code = f"import advisor.server, sys; print(type(sys.modules['{package}']).__name__)"
    assert run(model_with(tmp_path, "nlu.gate.Gate"), code).stdout.strip() == "StandInModule"


def test_rasa_names_every_package_that_is_left_out() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in Path(rasa.__file__).parent.rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", sources, re.MULTILINE))
    assert STOOD_IN_FOR <= imported, STOOD_IN_FOR - imported


def test_the_server_has_no_tensorflow_in_memory(on_postgres: OnPostgres) -> None:
    assert "libtensorflow" not in (PROC / str(on_postgres.server.process.pid) / "maps").read_text()


def test_this_process_has_and_would_be_seen_to(agent: Agent) -> None:
    assert "libtensorflow" in (PROC / "self" / "maps").read_text()


def test_the_answers_are_the_same_with_and_without(agent: Agent, on_postgres: OnPostgres) -> None:
    with_it = asyncio.run(answers_of(agent, "same"))
    without = [httpx.post(on_postgres.address + WEBHOOK, json=body(text, "same"), timeout=60).json() for text in TALK]
    assert [nameless(answers) for answers in without] == [nameless(answers) for answers in with_it] and all(without)


async def answers_of(agent: Agent, sender: str) -> list[list[dict[str, object]]]:
    answers = []
    for text in TALK:
        output = Collected("rest")
        await agent.handle_message(UserMessage(text, output, sender, input_channel="rest"))
        answers.append(output.messages)
    return answers
