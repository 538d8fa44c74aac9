"""Generated requests against our own description: every reply is one that it promises."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

OPERATIONS = [
    "POST /api/ask",
    "POST /api/check",
    "POST /api/feedback",
    "GET /api/codes",
    "GET /api/codes/{code}",
    "GET /api/pairs",
    "GET /api/price",
    "GET /api/localities",
    "GET /api/services",
    "GET /api/time",
    "GET /api/search",
    "GET /api/changes",
    "GET /api/sources",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
]
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def described(address: str) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(f"{address}/api/openapi.json")


def test_every_route_is_described(described: schemathesis.BaseSchema) -> None:
    assert [found.ok().label for found in described.get_all_operations()] == OPERATIONS


@pytest.mark.parametrize("label", OPERATIONS)
def test_every_reply_is_described(label: str, described: schemathesis.BaseSchema) -> None:
    operation = next(found.ok() for found in described.get_all_operations() if found.ok().label == label)

    @BOUNDED
    @given(case=operation.as_strategy())
    def well_formed(case: schemathesis.Case) -> None:
        # A value of the right shape may still name no payer, locality or date that there is: that is a 422 as well.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))
    def malformed(case: schemathesis.Case) -> None:
        case.call_and_validate()

    well_formed()
    if next(operation.iter_parameters(), None) is not None or operation.body:
        malformed()
