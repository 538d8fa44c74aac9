"""The steps of a turn as a LangGraph graph, which remembers between the turns of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The graph of `order`; `saver` keeps what a step returns for the next turn.

    Steps that follow each other without a choice are one node, named by the first: each node of LangGraph costs a
    millisecond of every answer.
    """
    graph = StateGraph(Memory, context_schema=Turn)
    first = {FIRST} | {then for step in order.values() if len(step.then) > 1 for then in step.then}
    for name in first:
        _add(graph, order, name)
    graph.add_edge(START, FIRST)
    return graph.compile(checkpointer=saver)


def _add(graph: StateGraph[Memory, Turn, Memory, Memory], order: Mapping[str, Step], first: str) -> None:
    """The node of the steps from `first` up to a choice or the end, and where it leads."""
    names = [first]
    while len(order[names[-1]].then) == 1 and order[names[-1]].then != (DONE,):
        names += order[names[-1]].then
    last = order[names[-1]]

    def run(state: Memory, runtime: Runtime[Turn]) -> Memory:
        added = Memory()
        for name in names:
            added = {**added, **order[name].timed(name, runtime.context, {**state, **added})}
        return added

    def choose(state: Memory, runtime: Runtime[Turn]) -> str:
        return last.choose(runtime.context)

    graph.add_node(first, run)
    if last.then == (DONE,):
        graph.add_edge(first, END)
    else:
        graph.add_conditional_edges(first, choose, list(last.then))


def converse(graph: Graph, turn: Turn, conversation: str) -> None:
    """One turn of a conversation: what it remembers goes in, and what the turn leaves is kept."""
    config: RunnableConfig = {"configurable": {"thread_id": conversation}}
    graph.invoke({}, config, context=turn, durability="exit")
