from __future__ import annotations

from hypothesis import settings

# A time limit per example would measure the machine's load, not the rules.
settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
