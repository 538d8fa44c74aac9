"""Words of the billing trade to tokens, and BM25 over them.

A token is what must match as a whole: a code (`90834`, `0592t`, `g0136`), a modifier or number (`25`, `02`, `33.40`),
an abbreviation of the trade (`e/m`, `f/u`), or the Snowball stem of a word. A range of codes stands for each of them.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.integer[Any]]

_TOKEN = re.compile(
    r"""
    (?P<range>(?<![\w.])[a-z]?\d{4,5}[a-z]?\s?[-–]\s?[a-z]?\d{4,5}[a-z]?(?!\w))   # 12345-12346
    | (?P<slash>(?<!\w)[a-z][/&][a-z](?!\w))                                      # e/m, e&m, f/u, w/o
    | (?P<timed>(?<![\w.])\d{1,3}(?=(?:minutes?|mins?|hours?|hrs?)(?!\w)))        # 53min: the number, then the word
    | (?P<number>(?<![\w.])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\w) | \d+\.\d+(?!\w))   # 1,234.56
    | (?P<mixed>(?=[a-z]*\d)[a-z0-9]+)                                            # 0592t, g0136, u1, 25, 02
    | (?P<word>[^\W\d_]+)(?:['’][^\W\d_]+)*                                     # what's: the word before it
    """,
    re.VERBOSE,
)
_SPACED = re.compile(r"\s[-–]|[-–]\s")
"""Where a range may be written with spaces; no other token holds one."""
_CODE = re.compile(r"(?:\d{4}[0-9a-z]|[a-z]\d{4})\Z")
_SPLIT_CODE = re.compile(r"([a-z]?)(\d+)([a-z]?)\Z")
_WIDEST_RANGE = 40
"""A wider span is not read as a range of codes (two years or two ZIP codes, say)."""

# How a question about a code is put; without these a message that only names codes is recognised.
_FILLERS = frozenset(
    """
    a about an and any are billing can check code codes could cpt define definition describe descriptor details
    do does explain for give hcpcs hi i info information is it look lookup me mean means meaning of on or please s
    show tell the this thanks to up vs what whats which you
    """.split()  # noqa: SIM905 - a word list reads better than a list of quoted words
)
_local = threading.local()


def tokenize(text: str) -> list[str]:
    """The tokens of `text` in order, lower case, never empty; codes, modifiers and numbers are kept whole."""
    tokens: list[str] = []
    words: list[int] = []
    for match in _TOKEN.finditer(text.lower()):
        kind = match.lastgroup
        if kind == "word":
            words.append(len(tokens))
            tokens.append(match["word"])
        elif kind == "range":
            tokens.extend(_range(match.group()))
        elif kind == "slash":
            tokens.append(match.group().replace("&", "/"))
        else:
            tokens.append(match.group().replace(",", ""))
    stems = _stemmer().stemWords([tokens[at] for at in words])
    for at, stem in zip(words, stems, strict=True):
        tokens[at] = stem
    return tokens


def tokenize_all(texts: Iterable[str]) -> Iterator[list[str]]:
    """The tokens of each text, as `tokenize` gives them; what stands between spaces is read once.

    For texts of our own: words of a message are not to be kept.
    """
    seen: dict[str, list[str]] = {}
    for text in texts:
        if _SPACED.search(text):
            yield tokenize(text)
            continue
        tokens: list[str] = []
        for part in text.split():
            found = seen.get(part)
            if found is None:
                found = seen[part] = tokenize(part)
            tokens += found
        yield tokens


def codes_only(text: str) -> tuple[str, ...]:
    """The codes (upper case) of a message that holds nothing but codes and filler words; empty for any other."""
    codes: dict[str, None] = {}
    for match in _TOKEN.finditer(text.lower()):
        value = match[match.lastgroup or 0]
        if match.lastgroup == "range":
            codes.update(dict.fromkeys(code.upper() for code in _range(value)))
        elif _CODE.match(value):
            codes[value.upper()] = None
        elif value not in _FILLERS:
            return ()
    return tuple(codes)


def _range(text: str) -> Iterator[str]:
    """`90791-90793` as its codes; both ends alone when they do not span a plausible range."""
    low, high = re.split(r"\s?[-–]\s?", text, maxsplit=1)
    first, last = _SPLIT_CODE.match(low), _SPLIT_CODE.match(high)
    if first and last and first.group(1, 3) == last.group(1, 3) and len(low) == len(high) == 5:
        start, stop = int(first.group(2)), int(last.group(2))
        if start <= stop <= start + _WIDEST_RANGE:
            width = len(first.group(2))
            yield from (f"{first.group(1)}{number:0{width}d}{first.group(3)}" for number in range(start, stop + 1))
            return
    yield low
    if high != low:
        yield high


def _stemmer() -> Any:
    """One Snowball stemmer a thread: a stemmer keeps state and must not be shared."""
    if not hasattr(_local, "stemmer"):
        import Stemmer  # compiled library, first needed when the first text is read

        _local.stemmer = Stemmer.Stemmer("english")
    return _local.stemmer


class LexicalIndex:
    """BM25 scores of every passage for a query; immutable, safe to share between threads.

    bm25s computes and writes the score of each token in each passage; to add them up for a query, its arrays are
    enough: bm25s itself brings SciPy, a fifth of a second that an answer need not wait for.
    """

    def __init__(self, numbers: Mapping[str, int], scores: Scores, rows: Numbers, starts: Numbers, size: int) -> None:
        """`scores` and `rows` of token number `n` lie from `starts[n]` to `starts[n + 1]`; `size` rows in all."""
        if len(starts) != len(numbers) + 1 or not len(scores) == len(rows) == starts[-1]:
            raise ValueError("the arrays of the lexical index do not belong together")
        self._numbers, self._scores, self._rows, self._starts, self._size = numbers, scores, rows, starts, size

    @staticmethod
    def write(texts: Sequence[str], folder: Path) -> None:
        """Index `texts` into `folder`, as plain arrays and JSON; the position in the sequence is the row."""
        import bm25s  # pulls in scipy: only when an index is built

        ranker = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
        ranker.index(list(tokenize_all(texts)), show_progress=False)
        ranker.save(str(folder), show_progress=False)

    @classmethod
    def load(cls, folder: Path) -> LexicalIndex:
        """Open a written index, arrays memory-mapped; raises OSError, ValueError or KeyError when it is damaged."""
        scores, rows, starts = (
            np.load(folder / f"{name}.csc.index.npy", mmap_mode="r", allow_pickle=False)
            for name in ("data", "indices", "indptr")
        )
        size = json.loads((folder / "params.index.json").read_text(encoding="utf-8"))["num_docs"]
        vocabulary: dict[str, int] = json.loads((folder / "vocab.index.json").read_text(encoding="utf-8"))
        return cls({token: at for token, at in vocabulary.items() if token}, scores, rows, np.array(starts), int(size))

    def __len__(self) -> int:
        return self._size

    def scores(self, query: str) -> Scores:
        """BM25 score of each row [n], 0 where no token matches."""
        total = np.zeros(self._size, dtype=np.float32)
        for token in tokenize(query):
            number = self._numbers.get(token)
            if number is not None:
                start, end = self._starts[number], self._starts[number + 1]
                total[self._rows[start:end]] += self._scores[start:end]  # a row occurs once for a token
        return total
