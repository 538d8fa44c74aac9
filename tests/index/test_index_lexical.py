"""Codes, modifiers and numbers survive tokenizing; words meet their other forms."""

from __future__ import annotations

import re
from pathlib import Path

import bm25s
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.lexical import LexicalIndex, codes_only, tokenize, tokenize_all
from index.search import Index

codes = st.one_of(
    st.integers(0, 99999).map(lambda n: f"{n:05d}"),
    st.builds(lambda n, letter: f"{n:04d}{letter}", st.integers(0, 9999), st.sampled_from("TFUM")),
    st.builds(lambda letter, n: f"{letter}{n:04d}", st.sampled_from("AGHQST"), st.integers(0, 9999)),
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("90834, 0592T and G0136", ["90834", "0592t", "and", "g0136"]),
        ("90791-90792", ["90791", "90792"]),
        ("H0001 - H0003", ["h0001", "h0002", "h0003"]),
        ("90834\u201390837", ["90834", "90835", "90836", "90837"]),
        ("0591T-0593T", ["0591t", "0592t", "0593t"]),
        ("99213-25", ["99213", "25"]),
        ("90837-90834", ["90837", "90834"]),
        ("10001-99999", ["10001", "99999"]),
        ("2019-2020", ["2019", "2020"]),
        ("16-37 minutes", ["16", "37", "minut"]),
        ("53min or 53 min", ["53", "min", "or", "53", "min"]),
        ("POS 02, modifier -95, U1", ["pos", "02", "modifi", "95", "u1"]),
        ("E/M, e&m, f/u, w/o", ["e/m", "e/m", "f/u", "w/o"]),
        ("$1,234.56 at 33.4009", ["1234.56", "at", "33.4009"]),
        ("Sessions, session's, session", ["session", "session", "session"]),
        ("follow-up", ["follow", "up"]),
        ("!?,.", []),
    ],
)
def test_text_becomes_these_tokens(text: str, tokens: list[str]) -> None:
    assert tokenize(text) == tokens


@given(st.lists(codes, min_size=1, max_size=6), st.sampled_from([", ", " / ", " vs ", "; ", "? ", " (", "+"]))
def test_codes_stay_whole_between_any_punctuation(named: list[str], between: str) -> None:
    assert [token for token in tokenize(between.join(named)) if token != "vs"] == [code.lower() for code in named]


@given(st.text(max_size=200))
def test_any_text_gives_clean_tokens(text: str) -> None:
    tokens = tokenize(text)
    assert all(token and not re.search(r"\s", token) for token in tokens)
    assert tokenize(text) == tokens


@given(st.text(max_size=60), st.text(max_size=60))
def test_case_does_not_matter(left: str, right: str) -> None:
    text = f"{left} G0136 {right}"
    assert tokenize(text.lower()) == tokenize(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("90834", ("90834",)),
        ("what's 90834 vs 90837?", ("90834", "90837")),
        ("tell me about g0136", ("G0136",)),
        ("What is CPT code 0592t", ("0592T",)),
        ("90791-90792", ("90791", "90792")),
        ("who may bill 96158?", ()),
        ("90834 with modifier 95", ()),
        ("what is a unit?", ()),
        ("", ()),
    ],
)
def test_a_message_that_only_names_codes_is_recognised(text: str, codes: tuple[str, ...]) -> None:
    assert codes_only(text) == codes


TEXTS = ["coaching session 0592T", "coaching group, a group of coaching clients", "therapy session", ""]


def test_scores_are_zero_without_a_common_token_and_highest_for_the_rare_one(tmp_path: Path) -> None:
    LexicalIndex.write(TEXTS, tmp_path)
    index = LexicalIndex.load(tmp_path)
    assert len(index) == 4
    assert index.scores("0592t coaching").argmax() == 0
    assert index.scores("xylophone").tolist() == [0, 0, 0, 0]
    assert index.scores("").tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("query", ["coaching", "coaching coaching group", "therapy session 0592T", "group xylophone"])
def test_scores_are_those_of_the_library_that_wrote_them(tmp_path: Path, query: str) -> None:
    LexicalIndex.write(TEXTS, tmp_path)
    library = bm25s.BM25.load(str(tmp_path), show_progress=False)
    assert LexicalIndex.load(tmp_path).scores(query).tolist() == library.get_scores(tokenize(query)).tolist()


def test_arrays_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    LexicalIndex.write(TEXTS, tmp_path)
    path = tmp_path / "indices.csc.index.npy"
    np.save(path, np.load(path)[:-1])
    with pytest.raises(ValueError, match="do not belong together"):
        LexicalIndex.load(tmp_path)


def test_many_texts_give_the_tokens_of_each(built_index: Index) -> None:
    texts = [passage.text for passage in built_index.passages]
    assert list(tokenize_all(texts)) == [tokenize(text) for text in texts]


@given(st.lists(st.text(alphabet="90834 -–gGu1.,/&'e\n\u00a0", max_size=24), max_size=6))
def test_parts_between_spaces_are_read_as_in_the_whole_text(texts: list[str]) -> None:
    assert list(tokenize_all(texts)) == [tokenize(text) for text in texts]
