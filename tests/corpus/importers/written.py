"""Small official files in the real layouts, written from the shipped tables, so that the real checks hold for them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path

from corpus.knowledge import Knowledge
from corpus.rows import Code

NOTICE = "CPT codes and descriptions only are copyright 2025 American Medical Association. All rights reserved."
STACK_2026 = """\
,,2026 National Physician Fee Schedule Relative Value File July Release,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,copyright notice,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,RELEASED 06/30/2026,,,,,,,,,,,,,,,,,,,,,,,,,,,,,
,,,,,,,,,,,,,,,,,,,,,,,,,,,,,NON-FACILITY,FACILITY,
,,,,NOT USED,,,,,,,,,,,,,,,,,,,,,,PHYSICIAN,,DIAGNOSTIC,PE USED,PE USED,MP USED
,,,,FOR,,,NON-FAC,,FACILITY,,,,,,,,,,,,,,,,,SUPERVISION OF,,IMAGING,FOR OPPS,FOR OPPS,FOR OPPS
,,,STATUS,MEDICARE,WORK,NON-FAC,NA,FACILITY,NA,MP,NON-FACILITY,FACILITY,PCTC,GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,\
TEAM,PRIC,ENDO,CONV,DIAGNOSTIC,CALCULATION,FAMILY,PAYMENT,PAYMENT,PAYMENT
HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,INDICATOR,PE RVU,INDICATOR,RVU,TOTAL,TOTAL,IND,DAYS,OP,OP,OP,PROC,SURG,\
SURG,SURG,SURG,IND,BASE,FACTOR,PROCEDURES,FLAG,INDICATOR,AMOUNT,AMOUNT,AMOUNT
"""
DROPPED_IN_2025 = 23
"""Place of PRIC IND, which the layout of 2025 did not have."""


def rvu_cells(knowledge: Knowledge, factor: str = "33.4009") -> list[list[str]]:
    """The data rows of a PPRRVU CSV of 2026."""
    rows = []
    for rate in knowledge.rates:
        practice, facility = rate.nonfac_pe_rvu or 0, rate.fac_pe_rvu or 0
        totals = (rate.work_rvu + practice + rate.mp_rvu, rate.work_rvu + facility + rate.mp_rvu)
        cells = [rate.code, rate.mod or "", "", rate.status, "", rate.work_rvu, practice, rate.nonfac_na or ""]
        cells += [facility, rate.fac_na or "", rate.mp_rvu, *totals, rate.pctc or "", rate.global_days or ""]
        cells += [
            "0.00",
            "0.00",
            "0.00",
            "9",
            "9",
            "9",
            "9",
            "9",
            "9",
            "",
            factor,
            "09",
            "0",
            "99",
            "0.00",
            "0.00",
            "0.00",
        ]
        rows.append([str(cell) for cell in cells])
    return rows


def rvu_csv(
    knowledge: Knowledge, path: Path, *, year: int = 2026, factor: str = "33.4009", more: Iterable[str] = ()
) -> Path:
    """A PPRRVU CSV; before 2026 without PRIC IND.

    `more` are codes (with a modifier after a hyphen) that get the values of the first priced row.
    """
    header = list(csv.reader(io.StringIO(STACK_2026.replace("2026 National", f"{year} National"))))
    cells = rvu_cells(knowledge, factor)
    priced = next(row for row in cells if row[3] == "A" and row[5] != "0.00" and not row[7] and not row[9])
    rows = [*header, *cells, *([*each.partition("-")[::2], *priced[2:]] for each in more)]
    if year < 2026:
        rows = [row[:DROPPED_IN_2025] + row[DROPPED_IN_2025 + 1 :] for row in rows]
    return write_csv(path, rows)


def rvu_text(knowledge: Knowledge, path: Path, factor: str = "33.4009") -> Path:
    """A PPRRVU text file: fixed positions between HDR and TRL lines."""
    lines = ["HDR CPT CODES AND DESCRIPTIONS ONLY ARE COPYRIGHT "]
    for cells in rvu_cells(knowledge, factor):
        line = f"{cells[0]:5}{cells[1]:2}{'':50}{cells[3]:1} {cells[5]:>6} {cells[6]:>6}{cells[7]:2} {cells[8]:>6}"
        line += f"{cells[9]:2} {cells[10]:>5} {cells[11]:>6}{cells[12]:>6}{cells[13]:1}{cells[14]:3}"
        lines.append(f"{line:132}{factor:>8} 090 99      0.00   0.00   0.00")
    return write_lines(path, [*lines, "TRL"])


def gpci_csv(knowledge: Knowledge, path: Path, year: int = 2026) -> Path:
    """Addendum E with its titles, asterisks and footnotes."""
    names = ["Medicare Administrative Contractor (MAC)", "State", "Locality Number", "Locality Name"]
    rows = [
        [f"ADDENDUM E. FINAL CY {year} GEOGRAPHIC PRACTICE COST INDICES (GPCIs) BY STATE AND MEDICARE LOCALITY"],
        [""],
    ]
    rows.append([*names, f"{year} PW GPCI (with 1.0 Floor)***", f"{year} PE GPCI", f"{year} MP GPCI"])
    for row in knowledge.localities:
        name = f"{row.locality_name}*" if row.state == "AK" else row.locality_name
        rows.append([row.mac, row.state, row.locality, name, str(row.pw_gpci), str(row.pe_gpci), str(row.mp_gpci)])
    rows += [[""], ["*Work GPCI reflects a 1.5 floor in Alaska."]]
    return write_csv(path, rows)


def hcpcs_codes(knowledge: Knowledge) -> list[Code]:
    """The active HCPCS Level II codes with an official descriptor."""
    return [row for row in knowledge.codes if row.system == "HCPCS-II" and row.official_descriptor]


def hcpcs_text(knowledge: Knowledge, path: Path, more: Iterable[tuple[str, str]] = ()) -> Path:
    """The fixed-width annual file: wrapped descriptors, modifiers behind three blanks, ended codes with their day."""
    records = []
    described = [
        (row.code, row.official_descriptor or "", row.effective_from, row.effective_to)
        for row in hcpcs_codes(knowledge)
    ]
    described += [(code, text, dt.date(2001, 4, 1), None) for code, text in more]
    for row in knowledge.modifiers:
        if row.official_descriptor:
            records += _wrapped(f"   {row.modifier}", row.official_descriptor, "7", "8", None, None)
    for code, text, first, last in sorted(described):
        records += _wrapped(code, text, "3", "4", first, last)
    return write_lines(path, records, encoding="latin-1")


def _wrapped(key: str, text: str, begins: str, goes_on: str, first: dt.date | None, last: dt.date | None) -> list[str]:
    import textwrap

    parts = textwrap.wrap(text, 80, break_long_words=False, break_on_hyphens=False)
    found = []
    for number, part in enumerate(parts, start=1):
        line = f"{key}{number:03d}00{begins if number == 1 else goes_on}{part:80}"
        if number == 1:
            added, ended = (f"{day:%Y%m%d}" if day else "" for day in (first, last))
            line = f"{line}{text[:28].upper():28}"
            line = f"{line:229}C"
            line = f"{line:268}{added:8}{added:8}{ended:8}N"
        found.append(line)
    return found


def hcpcs_sheet(knowledge: Knowledge, path: Path) -> Path:
    """The 48-column CSV form of the same file."""
    names = ["HCPC", "SEQNUM", "RECID", "LONG DESCRIPTION", "SHORT DESCRIPTION", *(f"PRICE{n}" for n in range(1, 26))]
    names += ["COV", "BETOS", "ADD DT", "ACT EFF DT", "TERM DT", "ACTION CD"]
    rows = [names]
    for row in hcpcs_codes(knowledge):
        day = f"{row.effective_from:%Y%m%d}" if row.effective_from else ""
        rows.append(
            [row.code, "0010", "3", row.official_descriptor or "", "short", *[""] * 25, "C", "", day, day, "", "N"]
        )
    return write_csv(path, rows)


PTP_PREAMBLE = [
    f"{NOTICE}\t\t\t\t\t\t",
    "Column1/Column2 Edits\t\t\t\t\t\t",
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale",
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\t",
    "\t\t\t\t*=no data\t1=allowed\t",
    "\t\t\t\t\t9=not applicable\t",
]


def ptp_text(
    knowledge: Knowledge, folder: Path, version: str = "v322r0", parts: int = 4, more: Iterable[tuple[str, ...]] = ()
) -> list[Path]:
    """The official pair file in its parts, with deleted and never valid spans of one pair."""
    lines = [
        f"{row.column1}\t{row.column2}\t\t20200101\t*\t{row.modifier_indicator}\t{row.rationale}"
        for row in knowledge.edits
    ]
    lines += [f"{one}\t{two}\t\t20200101\t*\t{indicator}\tCMS policy" for one, two, indicator in more]
    size = -(-len(lines) // parts)
    return [
        write_lines(folder / f"ccipra-{version}-f{n + 1}.txt", [*PTP_PREAMBLE, *lines[n * size : (n + 1) * size]])
        for n in range(parts)
    ]


def mue_csv(knowledge: Knowledge, path: Path, more: Iterable[tuple[str, str]] = ()) -> Path:
    """The official form: a copyright cell of many lines, and a header that breaks inside its first name."""
    rows = [[f"{NOTICE}\n\nCPT\u00ae is a registered trademark.\n"]]
    rows.append(["HCPCS/\nCPT Code", "Practitioner Services MUE Values", "MUE Adjudication Indicator", "MUE Rationale"])
    rows += [
        [row.code, str(row.mue), f"{row.mai} Date of Service Edit: Policy", "CMS Policy"]
        for row in knowledge.codes
        if row.mue is not None and row.status == "active" and row.mai
    ]
    rows += [[code, units, "3 Date of Service Edit: Clinical", "Clinical: Data"] for code, units in more]
    return write_csv(path, rows, encoding="cp1252")


def cpt_files(knowledge: Knowledge, folder: Path) -> list[Path]:
    """LONGULT, MEDU and SHORTU with invented text (the real text is the AMA's), a notice and a byte order mark."""
    codes = [row.code for row in knowledge.codes if row.system != "HCPCS-II"]
    notice = [f"{NOTICE} line {n}" for n in range(32)]
    long = [f"{code}\tInvented text \u2265 of {code}; two parts" for code in codes]
    medium = [f"{code} INVENTED TEXT OF {code}, MEDIUM LENGTH".ljust(54) for code in codes]
    short = [f"{code} INVENTED {code}".ljust(34) for code in codes]
    return [
        write_lines(folder / "LONGULT.txt", [*notice, *long], encoding="utf-8-sig"),
        write_lines(folder / "MEDU.txt", [*notice, *medium]),
        write_lines(folder / "SHORTU.txt", [*notice, *short]),
    ]


def write_csv(path: Path, rows: Iterable[Iterable[str]], encoding: str = "utf-8") -> Path:
    """Write a CSV file."""
    with path.open("w", newline="", encoding=encoding) as handle:
        csv.writer(handle).writerows(rows)
    return path


def write_lines(path: Path, lines: Iterable[str], encoding: str = "utf-8") -> Path:
    """Write a text file with the line ends of CMS."""
    path.write_bytes("".join(f"{line}\r\n" for line in lines).encode(encoding))
    return path


def zipped(path: Path, *members: Path) -> Path:
    """A ZIP archive of files."""
    with zipfile.ZipFile(path, "w") as archive:
        for member in members:
            archive.write(member, member.name)
    return path
