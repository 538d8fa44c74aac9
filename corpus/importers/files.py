"""Official files as lines and records: plain, gzip, ZIP archives and workbooks; codes stay text throughout.

    for document in documents(Path("rvu26c.zip")):
        document.head              # the first characters, by which a layout is recognized
        document.records(",")      # (line, cells), streamed

CMS writes UTF-8 with or without a byte order mark, cp1252 and latin-1; a byte that is not UTF-8 makes the whole
document cp1252. Text is never stripped here: blanks carry meaning in fixed-width records.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import IO, cast

from corpus.errors import OfficialFileError

HEAD_CHARACTERS = 60_000
"""How much of a document is looked at to recognize its layout."""
_BLOCK = 1 << 20
_LARGEST = 4 << 30
"""Bytes that one document may unpack to; the largest official file is far smaller."""
_SHEETS = (".xlsx", ".xlsm")

Report = Callable[[int, int], None]
"""Told (bytes read, bytes in all) while a document is read."""


def silent(_done: int, _total: int) -> None:
    """A report that goes nowhere."""


@dataclass(frozen=True)
class Document:
    """One text of a file given: the file itself, or a member of an archive (`member`)."""

    path: Path
    member: str = ""
    size: int = 0
    report: Report = field(default=silent, compare=False)

    @property
    def name(self) -> str:
        """The name that tells the edition: the member's, else the file's."""
        return Path(self.member or self.path.name).name

    @property
    def where(self) -> str:
        """The document as errors name it."""
        return f"{self.path} ({self.member})" if self.member else str(self.path)

    @property
    def is_sheet(self) -> bool:
        """Whether it is a workbook, whose rows are cells and not text."""
        return self.name.lower().endswith(_SHEETS)

    def refuse(self, problem: str, *, line: int = 0, column: str = "", hint: str = "") -> OfficialFileError:
        """The error that refuses this document."""
        return OfficialFileError(self.where, problem, line=line, column=column, hint=hint)

    def _open(self) -> IO[bytes]:
        try:
            if self.member:
                return zipfile.ZipFile(self.path).open(self.member)
            if self.path.suffix.lower() == ".gz":
                return cast("IO[bytes]", gzip.open(self.path, "rb"))
            return self.path.open("rb")
        except OSError as error:
            raise self.refuse(f"cannot be read: {error.strerror or error}", hint="Check the path.") from None

    @cached_property
    def head(self) -> str:
        """The first characters, decoded; the first rows as CSV when it is a workbook."""
        if self.is_sheet:
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\n")
            for number, cells in self.records(","):
                writer.writerow(cells)
                if number > 40:
                    break
            return out.getvalue()
        try:
            with self._open() as handle:
                raw = handle.read(HEAD_CHARACTERS)
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise self._damaged(error) from None
        raw = raw.removeprefix(codecs.BOM_UTF8)
        try:
            return codecs.getincrementaldecoder("utf-8")().decode(raw)
        except UnicodeDecodeError:
            return raw.decode("cp1252", errors="replace")

    @property
    def encoding(self) -> str:
        """`utf-8-sig` when every byte fits, else `cp1252`."""
        return self._scan[0]

    @property
    def sha256(self) -> str:
        """Hash of the document's bytes (of the member, not of the archive around it)."""
        return self._scan[1]

    @cached_property
    def _scan(self) -> tuple[str, str]:
        """Encoding and hash, from reading the document once."""
        decoder: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        digest = hashlib.sha256()
        for block in self._blocks():
            digest.update(block)
            if decoder is not None:
                try:
                    decoder.decode(block)
                except UnicodeDecodeError:
                    decoder = None
        return "utf-8-sig" if decoder is not None else "cp1252", digest.hexdigest()

    def _blocks(self) -> Iterator[bytes]:
        read = 0
        try:
            with self._open() as handle:
                while block := handle.read(_BLOCK):
                    read += len(block)
                    if read > _LARGEST:
                        raise self.refuse("unpacks to more than 4 GB, which no official file does")
                    yield block
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise self._damaged(error) from None

    def _damaged(self, error: Exception) -> OfficialFileError:
        return self.refuse(f"is damaged and cannot be unpacked ({error})")

    def lines(self) -> Iterator[tuple[int, str]]:
        """(line number from 1, text without its line end), streamed."""
        if self.is_sheet:
            raise self.refuse("is a workbook where a text file was expected")
        try:
            yield from enumerate(map(_without_end, self._text()), start=1)
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise self._damaged(error) from None

    def _text(self) -> Iterator[str]:
        handle = self._open()
        # cp1252 leaves five bytes undefined; CMS's older files use latin-1 there, so they are kept as they are.
        errors = "replace" if self.encoding == "cp1252" else "strict"
        read, told = 0, 0
        with io.TextIOWrapper(handle, encoding=self.encoding, errors=errors, newline="") as text:
            for line in text:
                read += len(line)
                if read - told > _BLOCK:
                    told = read
                    self.report(read, self.size)
                yield line
        self.report(self.size or read, self.size or read)

    def records(self, delimiter: str) -> Iterator[tuple[int, list[str]]]:
        """(line on which the record begins, cells), streamed; a workbook gives the rows of its first sheet."""
        if self.is_sheet:
            yield from self._sheet()
            return
        reader = csv.reader(self._text(), delimiter=delimiter, strict=False)
        line = 1
        try:
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
        except csv.Error as error:
            raise self.refuse(f"is no readable table: {error}", line=reader.line_num) from None
        except (OSError, EOFError, zipfile.BadZipFile) as error:
            raise self._damaged(error) from None

    def _sheet(self) -> Iterator[tuple[int, list[str]]]:
        from openpyxl import load_workbook

        try:
            with self._open() as handle:
                book = load_workbook(io.BytesIO(handle.read()), read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises many kinds for a damaged workbook
            raise self._damaged(error) from None
        try:
            for number, cells in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
                yield number, [_cell(value) for value in cells]
        finally:
            book.close()


def _without_end(line: str) -> str:
    return line.rstrip("\r\n")


def _cell(value: object) -> str:
    """A workbook's cell as CMS writes it in its text files; whole numbers without a decimal point."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.strftime("%Y%m%d")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def documents(path: Path, report: Report = silent) -> tuple[Document, ...]:
    """The documents of a file: its members when it is a ZIP archive, else the file itself.

    Raises:
        OfficialFileError: there is no such file, it is empty, or the archive is damaged or encrypted.
    """
    if path.is_dir():
        raise OfficialFileError(path, "is a folder", hint="Name the files in it, for example with *.txt.")
    if not path.is_file():
        raise OfficialFileError(path, "does not exist", hint="Check the path.")
    if path.stat().st_size == 0:
        raise OfficialFileError(path, "is empty")
    if path.suffix.lower() != ".zip":
        size = path.stat().st_size
        return (Document(path, size=0 if path.suffix.lower() == ".gz" else size, report=report),)
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir() and info.file_size]
            if any(info.flag_bits & 1 for info in members):
                raise OfficialFileError(path, "is encrypted", hint="Unpack it and name the files inside.")
            return tuple(Document(path, info.filename, info.file_size, report) for info in members)
    except (zipfile.BadZipFile, OSError) as error:
        raise OfficialFileError(path, f"is no readable ZIP archive ({error})") from None
