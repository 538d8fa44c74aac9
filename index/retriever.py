"""The index as a LangChain retriever, for whoever composes with LangChain; the engine's own seam to it."""

from __future__ import annotations

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.filters import NO_FILTERS, Filters
from index.search import Hit, Index, Mode


class IndexRetriever(BaseRetriever):
    """LangChain retriever over an `Index`: the passage's text as content, everything else as metadata.

    `k`, `filters` and `mode` are those of `Index.search`. Metadata holds plain strings, numbers and lists (dates as
    ISO text), and the hit's `score`.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    k: int = 20
    filters: Filters = NO_FILTERS
    mode: Mode = "hybrid"

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        hits = self.index.search(query, k=self.k, filters=self.filters, mode=self.mode)
        return [as_document(hit) for hit in hits]


def as_document(hit: Hit) -> Document:
    """The LangChain document of one hit; its id is the passage's id."""
    passage = hit.passage
    metadata: dict[str, Any] = {
        "kind": passage.kind,
        "title": passage.title,
        "section": passage.section,
        "codes": list(passage.codes),
        "payer": passage.payer,
        "kind_of_rule": passage.kind_of_rule,
        "topic": passage.topic,
        "effective_from": passage.effective_from.isoformat() if passage.effective_from else None,
        "effective_to": passage.effective_to.isoformat() if passage.effective_to else None,
        "tier": passage.tier,
        "sources": list(passage.sources),
        "score": hit.score,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)
