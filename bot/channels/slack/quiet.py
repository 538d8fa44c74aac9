"""Logs of Slack's libraries without words: where something was logged, never what.

slack_sdk logs every request and reply at DEBUG, bolt logs the whole body of a request with a bad signature at INFO.
The filter here empties each record before any handler sees it, whatever level is set.
"""

from __future__ import annotations

import logging

LIBRARIES = ("slack_bolt", "slack_sdk")
NAME = "codecite.slack"


class Wordless(logging.Filter):
    """Lets every record through with its place in the code and the type of its exception instead of its text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Empty one record."""
        error = record.exc_info[0] if isinstance(record.exc_info, tuple) else None
        cause = f" ({error.__name__})" if error else ""
        record.msg = f"{record.module}.{record.funcName}:{record.lineno}{cause}"
        record.args, record.exc_info, record.exc_text, record.stack_info = (), None, None, None
        return True


_WORDLESS = Wordless()


def quiet_logger() -> logging.Logger:
    """The logger to hand to Slack's libraries; those that they derive from it are as silent."""
    logger = logging.getLogger(NAME)
    if _WORDLESS not in logger.filters:
        logger.addFilter(_WORDLESS)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    return logger


def hush() -> None:
    """Make every logger that Slack's libraries have made so far wordless; call it when all of them are loaded."""
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in LIBRARIES]
    for name in (*LIBRARIES, *names):
        logger = logging.getLogger(name)
        if _WORDLESS not in logger.filters:
            logger.addFilter(_WORDLESS)
