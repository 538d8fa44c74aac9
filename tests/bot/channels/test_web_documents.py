"""The documents page: files come in, are reported on, and go; nothing in them takes effect; closed to strangers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from bot.channels.web.documents_page import may_take_documents
from bot.own.library import Library
from corpus.database import sqlite_url
from corpus.knowledge import Knowledge
from corpus.own import LARGEST_FILE
from corpus.own.store import DocumentStore
from index.encoder import OnnxEncoder, encoder_name, onnx_folder
from index.search import Index
from tests import own_files
from tests.bot.channels.answers import RimBot, answer, application

HOSTILE = "<b onclick=steal()>Sheet</b>\n\n- 96150: first <script>alert(1)</script> assessment of health behavior\n"


class WithLibrary(RimBot):
    """A bot that has a library of own documents."""

    def __init__(self, library: Library) -> None:
        super().__init__(answer())
        self.library = library


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return Knowledge()


@pytest.fixture
def library(built_index: Index, index_home: Path, tmp_path: Path) -> Iterator[Library]:
    encoder = OnnxEncoder(onnx_folder(index_home, encoder_name()))
    held = Library(DocumentStore(sqlite_url(tmp_path / "codecite.db")), lambda: encoder)
    yield held
    held.store.close()


@pytest.fixture
def client(library: Library, knowledge: Knowledge) -> Iterator[TestClient]:
    with TestClient(application(WithLibrary(library), knowledge), base_url="http://localhost") as client:
        yield client


def test_a_document_comes_in_with_its_report_is_listed_and_removed(client: TestClient, library: Library) -> None:
    page = client.post(
        "/documents",
        files={"file": ("C:\\files\\sheet.md", b"# Cheat sheet\n\n- 96150: first assessment\n")},
        data={"payer": "aetna", "effective": "2026-01-01", "title": "Our sheet"},
    )
    assert page.status_code == 200
    for told in ("Our sheet was added", "Outdated: 96150", "96150: first assessment", "2019-12-31", "codes:96150"):
        assert told in page.text
    held = library.documents()
    assert [(row.id, row.origin, row.payer) for row in held] == [("our-sheet", "sheet.md", "aetna")]
    assert "Our sheet" in client.get("/documents").text
    again = client.post("/documents", files={"file": ("sheet.md", b"# Cheat sheet\n\n- 96150: first assessment\n")})
    assert "was there already" in again.text
    gone = client.post("/documents/remove", data={"document": "our-sheet"}, follow_redirects=False)
    assert (gone.status_code, gone.headers["location"]) == (303, "/documents")
    assert library.documents() == ()


def test_nothing_in_a_document_takes_effect_on_the_page(client: TestClient) -> None:
    files = {"file": ("<img src=x>.txt", HOSTILE.encode())}
    page = client.post("/documents", files=files, data={"title": "<script>t()</script>"}).text
    for piece in ("<script>alert", "<script>t()", "onclick=steal()>", "<img src=x>"):
        assert piece not in page
    assert "Outdated: 96150" in page


@pytest.mark.parametrize(
    ("name", "data", "form", "told"),
    [
        ("locked.pdf", own_files.pdf([[("p", "words")]], password="x"), {}, "password"),
        ("empty.txt", b" ", {}, "empty"),
        ("photo.png", b"\x89PNG\r\n", {}, "picture"),
        ("a.txt", b"words of ours", {"effective": "soon"}, "In effect from"),
        ("a.txt", b"words of ours", {"payer": "nobody-at-all"}, "nobody-at-all"),
    ],
)
def test_what_cannot_be_taken_in_is_told_and_leaves_nothing(
    client: TestClient, library: Library, name: str, data: bytes, form: dict[str, str], told: str
) -> None:
    page = client.post("/documents", files={"file": (name, data)}, data=form)
    assert page.status_code == 400
    assert told in page.text
    assert library.documents() == ()


def test_a_file_beyond_the_limit_is_turned_away(client: TestClient, library: Library) -> None:
    too_long = {"content-length": str(LARGEST_FILE + 1_000_000), "content-type": "multipart/form-data; boundary=x"}
    assert client.post("/documents", content=b"--x--", headers=too_long).status_code == 413
    assert library.documents() == ()


def test_removing_what_is_not_there_is_told(client: TestClient) -> None:
    assert client.post("/documents/remove", data={"document": "nothing"}).status_code == 400


def test_another_sites_page_cannot_add_a_document(client: TestClient, library: Library) -> None:
    files = {"file": ("a.txt", b"words of ours")}
    assert client.post("/documents", files=files, headers={"origin": "http://elsewhere.example"}).status_code == 403
    assert library.documents() == ()


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("cross-site", 403), ("same-site", 403), ("none", 403)]
)
def test_a_form_without_an_origin_must_be_one_of_our_pages(client: TestClient, site: str, status: int) -> None:
    headers = {"origin": "null", "sec-fetch-site": site}
    files = {"file": ("a.txt", b"Some words of ours stand here.")}
    assert client.post("/documents", files=files, headers=headers).status_code == status


@pytest.mark.parametrize(
    ("hosts", "access", "may"),
    [
        (("localhost", "127.0.0.1"), "off", True),
        (("*",), "off", False),
        (("*",), "users", True),
        (("*",), "proxy", True),
    ],
)
def test_documents_are_closed_where_others_can_come_unasked(hosts: tuple[str, ...], access: str, may: bool) -> None:
    assert may_take_documents(hosts, access) is may


def test_a_server_open_to_others_serves_no_documents(library: Library, knowledge: Knowledge) -> None:
    with TestClient(application(WithLibrary(library), knowledge, hosts=("*",)), base_url="http://any") as client:
        assert client.get("/documents").status_code == 404
        assert client.post("/documents", files={"file": ("a.txt", b"words")}).status_code in (404, 405)
        assert "Documents cannot be added or looked at here" in client.get("/").text


def test_the_page_holds_the_form(client: TestClient) -> None:
    page = client.get("/").text
    assert "multipart/form-data" in page
    assert "cc-doc-file" in page
