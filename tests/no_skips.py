"""A pytest plugin for build machines (`-p tests.no_skips`): a skipped test fails the run.

Only tests marked `official` may be skipped: they read material that is not part of the repository.
"""

from __future__ import annotations

import pytest

ALLOWED_MARK = "official"

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and not hasattr(report, "wasxfail") and ALLOWED_MARK not in report.keywords:
        _skipped.append(report.nodeid)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if _skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped:
        terminalreporter.section("skipped where nothing may be skipped", red=True)
        for nodeid in _skipped:
            terminalreporter.line(nodeid)
