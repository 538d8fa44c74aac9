"""The guard: nothing that identifies a person goes further, no message gives orders, and some requests are declined.

    screen(message, knowledge) -> Screened(text, phi, injection, decline, crisis)

Three parts, each driven by tables: `phi` (identifiers to placeholders: `guard_words.csv`, `person_names.csv`,
`words.csv`), `injection` and `declines` (`decline_cues.csv`, `decline_examples.csv`, replies in `declines.csv`).
Billing codes, modifiers, diagnosis codes, dates of service, minutes, amounts, payers, credentials and states are
never touched. Texts are neither logged nor kept here.
"""

from bot.guard.phi import find_phi, redact
from bot.guard.screen import Screened, screen

__all__ = ["Screened", "find_phi", "redact", "screen"]
