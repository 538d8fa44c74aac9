"""The optional chat model: it may help to read a question that the rules could not read, and to reword sentences.

It is never needed and never trusted. What it reads may only fill facts that were not stated, with values that the
tables know and words and figures that the message holds. A service that it reads is never taken for stated: where the
encoder finds it near the message too, the user is asked whether it is meant. A reworded sentence is shown only when
it asserts what the original asserts: the same figures, codes and dates, the same words that limit ("not", "only",
"unless"), the same subject matter, and the checker accepts it with the same evidence. Anything else, an error or a
late reply included, leaves the plain answer as it is.

The model gets the redacted message and our own sentences, and nothing of either is logged.
"""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.errors import UsageError
from bot.evidence import Claim
from bot.logs import get_logger
from bot.question import Facts, Question
from bot.understand.durations import digits
from bot.understand.fillers import FILLERS
from bot.understand.tokens import fold
from bot.verify.tokens import tokens
from index.lexical import tokenize

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from bot.settings import Settings
    from corpus.knowledge import Knowledge

log = get_logger("llm")

Embed = Callable[[list[str]], npt.NDArray[Any]]
Supported = Callable[[Claim], bool]

_REST = 60.0
"""Seconds without a call after a failure, so that a dead server costs one time-out and not one each turn."""
_NEAR, _AMONG = 0.35, 5
"""Least cosine of a service's name to the message, and how many services may be nearer, for a reading to count."""
_KEPT = 0.85
"""Least share of the stems of a sentence that its rewording keeps, and of the rewording's that the sentence holds."""
_LIMITING = frozenset(
    """not no never only unless except without cannot must may might should shall can could required requires
    if when while before after until each every all any either neither nor and or least most more less fewer than
    same different first second once twice separately together both""".split()  # noqa: SIM905 - reads better
)
_READ = (
    "You read questions about medical billing. Reply with one JSON object and nothing else. "
    "Leave out every key that the message does not state. Keys: "
    "service (one of: {services}), minutes (number), group_size (number), performer (one of: {performers}), "
    "payer (one of: {payers}), modality (one of: {modalities}), participants (one of: {participants}).\n"
    "Message: {message}"
)
_REWORD = (
    "Reword each sentence so that it reads well. Keep every number, code, date and condition exactly. "
    "Add nothing. Reply with one JSON array of {count} strings and nothing else.\n{sentences}"
)


class ModelError(UsageError):
    """The chat model that was configured cannot be set up."""

    hint = (
        "CODECITE_LLM is provider:model, for example openai:gpt-4o-mini, with CODECITE_LLM_BASE_URL for a server of "
        "your own; the provider's package must be installed (`pip install 'codecite[llm]'`)."
    )


class Reading(BaseModel):
    """What a model says was stated; unknown keys are ignored, wrong types drop the whole reading."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    service: str | None = None
    minutes: int | None = None
    group_size: int | None = None
    performer: str | None = None
    payer: str | None = None
    modality: str | None = None
    participants: str | None = None


@dataclass(frozen=True, slots=True)
class Reread:
    """What a model's reading gave: a fuller question, and a service to ask about; None for nothing."""

    question: Question | None = None
    service: str | None = None


def configured(settings: Settings) -> BaseChatModel | None:
    """The chat model of the settings, or None when none is set.

    Raises:
        ModelError: the provider is unknown or its package is missing.
    """
    if not settings.llm:
        return None
    try:
        from langchain.chat_models import init_chat_model

        options: dict[str, Any] = {"timeout": settings.llm_timeout, "max_retries": 0, "temperature": 0}
        if settings.llm_base_url:
            options["base_url"] = settings.llm_base_url
        if settings.llm_api_key:
            options["api_key"] = settings.llm_api_key.get_secret_value()
        model: BaseChatModel = init_chat_model(settings.llm, **options)
    except Exception as error:  # Providers raise their own types for a missing key or package; none of them is ours.
        raise ModelError(f"the chat model {settings.llm!r} cannot be set up: {type(error).__name__}") from error
    return model


@dataclass
class Helper:
    """A chat model with its limits. Safe to share between threads; `clock` gives seconds."""

    model: BaseChatModel
    knowledge: Knowledge
    embed: Embed
    timeout: float = 20.0
    clock: Callable[[], float] = time.monotonic
    _failed: float | None = None
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="llm"))
    _services: tuple[tuple[str, ...], npt.NDArray[Any]] | None = None

    def read(self, question: Question) -> Reread:
        """The question with facts that the model read and that stand the checks, and the service it may be about."""
        reply = self._ask(self._reading_prompt(question.text))
        stated = _first_json(reply, dict)
        try:
            reading = Reading.model_validate(stated)
        except ValidationError:
            return Reread()
        update = self._checked(reading, question)
        facts = question.facts.model_copy(update=update)
        again = question.model_copy(update={"facts": facts, "read_by_model": tuple(sorted(update))})
        return Reread(again if update else None, self._meant(reading.service, question))

    def reword(self, claims: Sequence[Claim], supported: Supported) -> tuple[Claim, ...]:
        """The sentences, each reworded where the rewording asserts the same and `supported` accepts it."""
        texts = [claim.text for claim in claims]
        reply = self._ask(_REWORD.format(count=len(texts), sentences=json.dumps(texts, ensure_ascii=False)))
        told = _first_json(reply, list)
        if told is None or len(told) != len(texts):
            return tuple(claims)
        chosen = []
        for claim, text in zip(claims, told, strict=True):
            other = Claim(text.strip(), claim.evidence) if isinstance(text, str) else claim
            chosen.append(other if same_meaning(claim.text, other.text) and supported(other) else claim)
        return tuple(chosen)

    def _ask(self, prompt: str) -> str:
        """The model's reply, or nothing when it failed, was late, or failed a short time ago."""
        if self._failed is not None and self.clock() - self._failed < _REST:
            return ""
        try:
            reply = self._pool.submit(self.model.invoke, prompt).result(self.timeout)
        except Late:
            return self._rest("late")
        except Exception as error:  # Any failure of a provider means that the plain answer stands.
            return self._rest(type(error).__name__)
        self._failed = None
        return str(reply.text)

    def _rest(self, why: str) -> str:
        self._failed = self.clock()
        log.warning("chat model failed", error_type=why, rest_s=_REST)
        return ""

    def _reading_prompt(self, text: str) -> str:
        def values(slot: str) -> str:
            return ", ".join(sorted(self._values(slot)))

        return _READ.format(
            services=values("service"),
            performers=values("performer"),
            payers=values("payer"),
            modalities=values("modality"),
            participants=values("participants"),
            message=text,
        )

    def _values(self, slot: str) -> frozenset[str]:
        return frozenset(row.value for row in self.knowledge.phrases if row.slot == slot)

    def _checked(self, reading: Reading, question: Question) -> dict[str, Any]:
        """The facts of a reading that nobody stated, that the tables know, and that the message bears out."""
        held, text = question.facts, digits(fold(question.text))
        figures = {int(figure) for figure in re.findall(r"(?<![\d.])\d{1,4}(?![\d.])", text)}
        update: dict[str, Any] = {}
        for name in ("minutes", "group_size"):
            value = getattr(reading, name)
            if value in figures and getattr(held, name) is None:
                update[name] = value
        for name in ("performer", "payer", "modality", "participants"):
            value = getattr(reading, name)
            if value in self._values(name) and getattr(held, name) is None and _said(value, text):
                update[name] = value
        return update

    def _meant(self, service: str | None, question: Question) -> str | None:
        """The service read, where none was named and the encoder finds it among the nearest to the message."""
        if question.facts.services or question.facts.codes or service not in self._values("service"):
            return None
        if self._services is None:
            rows = [row for row in self.knowledge.phrases if row.slot == "service"]
            self._services = (tuple(row.value for row in rows), self.embed([row.phrase for row in rows]))
        names, vectors = self._services
        cosines = vectors @ self.embed([question.text])[0]
        best: dict[str, float] = {}
        for at in np.argsort(-cosines):
            best.setdefault(names[at], float(cosines[at]))
        return service if best[service] >= _NEAR and service in list(best)[:_AMONG] else None


def same_meaning(text: str, other: str) -> bool:
    """Whether `other` asserts what `text` asserts, as far as words can tell; strict rather than clever."""
    if not other or len(other) > 1.3 * len(text) + 20:
        return False
    if Counter(_value(text)) != Counter(_value(other)):
        return False
    if _limits(text) != _limits(other):
        return False
    before, after = _content(text), _content(other)
    common = len(before & after)
    return common >= _KEPT * len(before) and common >= _KEPT * len(after)


def _value(text: str) -> list[tuple[str, object]]:
    return [(token.kind, token.value) for token in tokens(text)]


def _limits(text: str) -> Counter[str]:
    words = re.findall(r"[a-z]+(?:'t)?", fold(text))
    return Counter("not" if word.endswith("n't") else word for word in words if word in _LIMITING or "n't" in word)


def _content(text: str) -> frozenset[str]:
    return frozenset(stem for stem in tokenize(text) if stem not in FILLERS)


def _said(value: str, text: str) -> bool:
    """Whether some word of the message begins as a word of `value` does: a model may not put words into it."""
    words = set(re.findall(r"[a-z]{3,}", text))
    return any(word[:4] == part[:4] for part in re.findall(r"[a-z]{3,}", value) for word in words)


def _first_json(reply: str, kind: type) -> Any:
    """The first JSON value of `kind` in a reply, or None."""
    decoder = json.JSONDecoder()
    opening = "{" if kind is dict else "["
    for match in re.finditer(re.escape(opening), reply):
        try:
            value, _ = decoder.raw_decode(reply, match.start())
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, kind):
            return value
    return None


def facts_told(facts: Facts, names: Sequence[str]) -> dict[str, str]:
    """The facts that a model read, as short texts for a reader."""
    held = facts.model_dump()
    return {name: str(held[name]) for name in names}
