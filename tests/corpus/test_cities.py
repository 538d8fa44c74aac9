"""The table of cities: how it is made from its sources, and that every locality in it is one of Medicare's."""

from __future__ import annotations

import json
from pathlib import Path

from corpus.cities import Postal, chosen, localities_of_zips, plain, write
from corpus.knowledge import Knowledge

ZIP5 = ["VA223011220201 ", "VA232191130200 ", "TX775210441218 ", "TX775230441299 ", "TX770020441218 ", "\x1a"]


def entry(
    zip_code: str, city: str, state: str, kind: str = "STANDARD", others: tuple[str, ...] = ()
) -> dict[str, object]:
    return {
        "zip_code": zip_code,
        "city": city,
        "state": state,
        "county": "Some County",
        "zip_code_type": kind,
        "acceptable_cities": list(others),
    }


ZIPS = [
    entry("22301", "Alexandria", "VA"),
    entry("23219", "Richmond", "VA"),
    entry("77521", "Baytown", "TX"),
    entry("77523", "Baytown", "TX"),
    entry("77002", "Houston", "TX", others=("Downtown",)),
    entry("77099", "Nowhere", "TX"),
    entry("77523", "Houston", "TX", kind="PO BOX"),
]


def city(name: str, state: str, people: int, country: str = "US") -> dict[str, object]:
    return {"name": name, "admin1code": state, "population": people, "countrycode": country}


CITIES = [
    city("Houston", "TX", 2_300_000),
    city("Baytown", "TX", 76_000),
    city("Alexandria", "VA", 159_000),
    city("Richmond", "VA", 226_000),
    city("Richmond", "VA", 40_000),
    city("Uptown", "TX", 90_000),
    city("Nowhere", "TX", 90_000),
    city("Houston", "TX", 90_000, country="CA"),
]


def test_a_zip_code_names_its_contractor_and_locality() -> None:
    assert localities_of_zips(ZIP5)["22301"] == ("12202", "01")
    assert len(localities_of_zips(ZIP5)) == 5


def test_a_city_has_the_localities_of_its_standard_zip_codes() -> None:
    postal = Postal(ZIPS, localities_of_zips(ZIP5))
    assert postal.find("Alexandria", "VA") == {("12202", "01")}
    assert postal.find("Baytown", "TX") == {("04412", "18"), ("04412", "99")}
    assert postal.find("Houston", "TX") == {("04412", "18")}
    assert postal.find("Downtown", "TX") == {("04412", "18")}
    assert postal.find("Alexandria", "TX") == set()


def test_neighborhoods_and_places_without_a_locality_are_left_out() -> None:
    rows = chosen(CITIES, Postal(ZIPS, localities_of_zips(ZIP5)))
    assert [(row["name"], row["population"]) for row in rows] == [
        ("Houston", 2_300_000),
        ("Richmond", 226_000),
        ("Alexandria", 159_000),
        ("Baytown", 76_000),
    ]


def test_names_agree_however_they_are_written() -> None:
    assert plain("St. Paul") == plain("Saint Paul")
    assert plain("Ft Worth") == plain("Fort Worth")
    assert plain("Coeur d'Alene") == plain("Coeur D Alene")
    assert plain("Winston-Salem") == plain("Winston Salem")


def test_the_table_is_written_anew_and_what_is_ours_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "cities.csv"
    header = "city,state,population,localities,aliases,reads_as,sources"
    path.write_text(f"{header}\nHouston,TX,1,,h town,name,x\n", encoding="utf-8")
    (tmp_path / "cities.json").write_text(json.dumps(dict(enumerate(CITIES))), encoding="utf-8")
    (tmp_path / "zips.json").write_text(json.dumps(ZIPS), encoding="utf-8")
    (tmp_path / "zip5.txt").write_text("\n".join(ZIP5), encoding="latin-1")
    write(Knowledge(), path, tmp_path / "cities.json", tmp_path / "zips.json", tmp_path / "zip5.txt")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == header
    assert lines[1].startswith("Houston,TX,2300000,04412-18,h town,name,geonames-cities|")
    assert lines[2] == "Richmond,VA,226000,,,,geonames-cities"
    assert lines[3].startswith("Alexandria,VA,159000,12202-01,,,")
    assert lines[4].startswith("Baytown,TX,76000,04412-18|04412-99,,,")


def test_every_locality_of_the_table_is_one_of_medicares() -> None:
    knowledge = Knowledge()
    known = {f"{row.mac}-{row.locality}" for row in knowledge.localities}
    assert [row.key for row in knowledge.cities.values() if not set(row.localities) <= known] == []
    unplaced = [
        row.key
        for row in knowledge.cities.values()
        if not row.localities and len(knowledge.localities.in_state(row.state)) != 1
    ]
    assert unplaced == []


def test_every_state_has_cities_and_aliases_mean_one_city_each() -> None:
    knowledge = Knowledge()
    states = {row.state for row in knowledge.localities} - {"VI", "GU"}
    assert {row.state for row in knowledge.cities.values()} >= {state for state in states if len(state) == 2}
    aliases = [alias for row in knowledge.cities.values() for alias in row.aliases]
    assert len(aliases) == len(set(aliases)) > 30
