"""Counts and timings for Prometheus: channels, statuses and routes, never a word of a message and nobody's name."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

_SECONDS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """One server's metrics; each has its own registry, so several can live in one process."""

    def __init__(self, knowledge: str = "") -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        held = Gauge("codecite_knowledge_info", "The knowledge in force.", ["version"], registry=self.registry)
        held.labels(knowledge).set(1)
        self._answers = Counter("codecite_answers", "Answers given.", ["channel", "status"], registry=self.registry)
        self._seconds = Histogram(
            "codecite_answer_seconds",
            "Seconds that an answer took.",
            ["channel"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._replies = Counter("codecite_http_replies", "HTTP replies.", ["area", "status"], registry=self.registry)
        self._feedback = Counter("codecite_feedback", "Feedback kept.", ["kind"], registry=self.registry)
        self._refused = Counter("codecite_refused", "Requests refused.", ["reason"], registry=self.registry)

    def answered(self, channel: str, status: str, seconds: float) -> None:
        """One answer of a channel."""
        self._answers.labels(channel, status).inc()
        self._seconds.labels(channel).observe(seconds)

    def replied(self, area: str, status: int) -> None:
        """One HTTP reply of an area of the server (`page`, `api`, `v1`, `mcp` ...)."""
        self._replies.labels(area, str(status)).inc()

    def remarked(self, kind: str) -> None:
        """One remark about an answer."""
        self._feedback.labels(kind).inc()

    def refused(self, reason: str) -> None:
        """One request refused: `login`, `rate`, `size`, `origin`, `throttle`."""
        self._refused.labels(reason).inc()

    def text(self) -> str:
        """All of it in Prometheus' text format."""
        return generate_latest(self.registry).decode()
