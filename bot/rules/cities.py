"""Where a city lies for Medicare: its locality, or what must be asked to know it.

The localities of `cities.csv` are those of all ZIP codes of the city in CMS's own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.price import find_localities
from corpus.knowledge import Knowledge
from corpus.rows import City, Locality

_BY_FAR = 3
"""A city is meant without its state when it has this many times the people of the next one of its name."""


@dataclass(frozen=True, slots=True)
class Where:
    """Localities that may be meant (one is an answer, several must be asked for), and the city they are of.

    `passed_over` are smaller cities of the same name; `unclear` cities of one name none of which can be assumed.
    """

    localities: tuple[Locality, ...]
    city: City | None = None
    passed_over: tuple[City, ...] = ()
    unclear: tuple[City, ...] = ()

    @property
    def locality(self) -> Locality | None:
        """The locality, when it is certain."""
        return self.localities[0] if len(self.localities) == 1 else None


def where(knowledge: Knowledge, text: str, state: str | None, cities: Sequence[str]) -> Where:
    """The localities of the city named (`City.key`, largest first); of none, those that `text` and `state` name."""
    rows = [knowledge.cities[key] for key in cities if key in knowledge.cities]
    if not rows:
        return Where(find_localities(knowledge, text, state))
    if len(rows) > 1 and rows[0].population < _BY_FAR * rows[1].population:
        return Where((), unclear=tuple(rows))
    return Where(localities_of(knowledge, rows[0]), rows[0], passed_over=tuple(rows[1:]))


def localities_of(knowledge: Knowledge, city: City) -> tuple[Locality, ...]:
    """The localities of a city's ZIP codes; the one of its state when the table names none."""
    if not city.localities:
        return knowledge.localities.in_state(city.state)
    keys = (key.partition("-") for key in city.localities)
    found = (knowledge.localities.find(mac, number) for mac, _, number in keys)
    return tuple(row for row in found if row is not None)
