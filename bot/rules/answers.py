"""The three answers of a rule: it applies, it is known not to apply, or nothing is held, which is not permission."""

from __future__ import annotations

from typing import Literal

Applies = Literal["applies", "not_applicable", "no_data"]
