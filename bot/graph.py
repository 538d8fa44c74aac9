"""The steps of a turn as a LangGraph graph, which remembers between the turns of a conversation."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from bot.engine import DONE, FIRST, Memory, Step
from bot.turn import Turn

Graph = CompiledStateGraph[Memory, Turn, Memory, Memory]


def wired(order: Mapping[str, Step], saver: BaseCheckpointSaver[Any]) -> Graph:
    """The graph of `order`; `saver` keeps what a step returns for the next turn."""
    graph = StateGraph(Memory, context_schema=Turn)
    for name, step in order.items():
        _add(graph, name, step)
    graph.add_edge(START, FIRST)
    return graph.compile(checkpointer=saver)


def _add(graph: StateGraph[Memory, Turn, Memory, Memory], name: str, step: Step) -> None:
    """One step and where it leads."""

    def run(state: Memory, runtime: Runtime[Turn]) -> Memory:
        return step.timed(name, runtime.context, state)

    def choose(state: Memory, runtime: Runtime[Turn]) -> str:
        return step.choose(runtime.context)

    graph.add_node(name, run)
    targets: dict[Hashable, str] = {then: END if then == DONE else then for then in step.then}
    if len(targets) > 1:
        graph.add_conditional_edges(name, choose, targets)
    else:
        graph.add_edge(name, *targets.values())


def converse(graph: Graph, turn: Turn, conversation: str) -> None:
    """One turn of a conversation: what it remembers goes in, and what the turn leaves is kept."""
    config: RunnableConfig = {"configurable": {"thread_id": conversation}}
    graph.invoke({}, config, context=turn, durability="exit")
