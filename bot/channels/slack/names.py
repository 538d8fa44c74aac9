"""Names that the app, its manifest and its doctor agree on."""

from __future__ import annotations

COMMAND, SHORTCUT = "/codecite", "codecite_about"
PATH = "/slack/events"
"""Where HTTP mode listens."""
