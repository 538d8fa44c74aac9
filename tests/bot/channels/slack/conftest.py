"""Every test leaves logging as it found it: what a test captures is closed after it."""

from __future__ import annotations
