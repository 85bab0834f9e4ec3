"""Runs the trained graph in an order that is worked out once; Rasa's runner plans and builds a dask graph at each message."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Sequence

from rasa.engine.graph import ExecutionContext, GraphNode, GraphNodeHook, GraphSchema
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.storage import ModelStorage

Step = tuple[str, GraphNode, tuple[str, ...]]


class PlannedGraphRunner(GraphRunner):
    """The same nodes as Rasa's runner; ``run`` gives the same results."""

    def __init__(self, schema: GraphSchema, nodes: Mapping[str, GraphNode]) -> None:
        self._schema = schema
        self._nodes = nodes
        self._plans: dict[tuple[str, ...], list[Step]] = {}

    @classmethod
    def create(
        cls,
        graph_schema: GraphSchema,
        model_storage: ModelStorage,
        execution_context: ExecutionContext,
        hooks: Optional[list[GraphNodeHook]] = None,
    ) -> "PlannedGraphRunner":
        return cls.over(DaskGraphRunner.create(graph_schema, model_storage, execution_context, hooks))

    @classmethod
    def over(cls, runner: DaskGraphRunner) -> "PlannedGraphRunner":
        """Takes over the nodes of a loaded runner."""
        return cls(runner._graph_schema, runner._instantiated_nodes)

    def run(self, inputs: Optional[dict[str, Any]] = None, targets: Optional[list[str]] = None) -> dict[str, Any]:
        """The outputs of the targets."""
        wanted = tuple(targets or self._schema.target_names)
        results: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name, node, needs in self._plan(wanted):
            results[name] = node(*(results.get(need, need) for need in needs))
        return {name: results[name][1] for name in wanted}

    def _plan(self, targets: tuple[str, ...]) -> list[Step]:
        if targets not in self._plans:
            self._plans[targets] = [
                (name, self._nodes[name], tuple(self._schema.nodes[name].needs.values())) for name in self._ordered(targets)
            ]
        return self._plans[targets]

    def _ordered(self, targets: Sequence[str]) -> list[str]:
        """The nodes that the targets need, each after what it needs itself."""
        ordered: dict[str, None] = {}

        def visit(name: str) -> None:
            if name in ordered or name not in self._schema.nodes:
                return
            for need in self._schema.nodes[name].needs.values():
                visit(need)
            ordered[name] = None

        for target in targets:
            visit(target)
        return list(ordered)
