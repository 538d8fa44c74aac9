"""Saved web pages: the text without menus, comment forms, boxes and banners, and without what a reader cannot see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from corpus.own.clean import is_furniture, tidy
from corpus.own.convert import title_of
from corpus.own.convert_text import decoded
from corpus.own.model import Block, Converted

_HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])|font-size\s*:\s*[01](?:px|pt|em|rem|%)?\s*(?:;|$)"
    r"|(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?|rgba?\(\s*255\s*,\s*255\s*,\s*255[^)]*\)|transparent)"
    r"|(?:left|top|text-indent)\s*:\s*-\d{3,}",
    re.IGNORECASE,
)
_NEVER_READ = ("script", "style", "template", "noscript", "iframe", "form", "nav", "button", "svg", "object", "dialog")
_FRAME_WORDS = re.compile(
    r"cookie|newsletter|subscribe|comment-?(?:form|respond|list)|comments-area|sidebar|breadcrumb|share-|social",
    re.IGNORECASE,
)
_HOLDERS = ("div", "body", "main", "article", "section")
"""Elements that hold blocks, and sometimes text of their own."""
_BLOCKS = (
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "li",
    "tr",
    "td",
    "th",
    "pre",
    "blockquote",
    "dt",
    "dd",
    "div",
    "body",
)


def convert_html(name: str, data: bytes) -> Converted:
    """The main text of a page with headings, list items and table rows in order.

    Trafilatura tells the text from its frame. Where it finds much less than the page shows (short pages, tables), the
    page's own blocks are taken, frame elements left out.
    """
    from lxml import html

    text = decoded(data)
    text = re.sub(r"<\?xml[^>]*\?>", "", text)
    tree = html.document_fromstring(text if "<" in text else f"<p>{text}</p>", ensure_head_body=True)
    title = tidy(tree.findtext(".//title") or "")
    _drop_unread(tree)
    own = tuple(_own_blocks(tree.body))
    main = tuple(_main_blocks(html.tostring(tree, encoding="unicode")))
    headed = _has_headings(main) or not _has_headings(own)
    blocks = main if _size(main) >= 0.6 * _size(own) and headed else own
    first = next((block.text for block in blocks if block.kind == "heading"), "")
    return Converted(title or first or title_of(name), "html", blocks)


def _size(blocks: tuple[Block, ...]) -> int:
    return sum(len(block.text) for block in blocks)


def _has_headings(blocks: tuple[Block, ...]) -> bool:
    return any(block.kind == "heading" for block in blocks)


def _drop_unread(tree: Any) -> None:
    """Take out what no reader sees and what frames a page."""
    from lxml import etree

    unread = []
    for element in tree.iter():
        if not isinstance(element.tag, str):
            unread.append(element)  # comments and processing instructions
            continue
        marks = f"{element.get('class') or ''} {element.get('id') or ''} {element.get('role') or ''}"
        hidden = element.get("hidden") is not None or element.get("aria-hidden") == "true"
        hidden = hidden or _HIDDEN_STYLE.search(element.get("style") or "") is not None
        framing = element.tag in ("header", "footer", "aside") and element.getparent() is not None
        framing = framing and element.getparent().tag in ("body", "div") and not element.findall(".//h1")
        frames = element.tag in ("div", "section", "ul", "aside", "footer", "p") and _FRAME_WORDS.search(marks)
        if element.tag in _NEVER_READ or hidden or framing or frames:
            unread.append(element)
    for element in unread:
        parent = element.getparent()
        if parent is None or element.tag in ("body", "html"):
            continue
        if element.tail:
            before = element.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + element.tail
            else:
                parent.text = (parent.text or "") + element.tail
            element.tail = None
        parent.remove(element)
    etree.strip_elements(tree, "meta", "link", with_tail=False)


def _main_blocks(text: str) -> Iterator[Block]:
    """What trafilatura takes for the main text."""
    import trafilatura

    found = trafilatura.bare_extraction(
        text, include_comments=False, include_tables=True, include_links=False, favor_recall=True, with_metadata=False
    )
    body = getattr(found, "body", None)
    if body is None:
        return
    for element in body.iter("head", "p", "item", "row", "quote", "code"):
        if any(parent.tag in ("item", "row", "cell", "p", "quote") for parent in element.iterancestors()):
            continue
        if element.tag == "row":
            words = " | ".join(tidy(" ".join(cell.itertext())) for cell in element.iter("cell"))
        else:
            words = tidy(" ".join(element.itertext()))
        if element.tag == "head" and words:
            yield Block("heading", words, level=int((element.get("rend") or "h2")[1:2] or 2))
        elif words.strip(" |") and not is_furniture(words):
            kinds = {"item": "item", "row": "row"}
            yield Block(
                "item" if kinds.get(element.tag) == "item" else "row" if element.tag == "row" else "text", words
            )


def _own_blocks(body: Any) -> Iterator[Block]:
    """The blocks of the page itself."""
    for element in body.iter(*_BLOCKS):
        if any(parent.tag in ("li", "tr", "p", "pre", "blockquote", "dt", "dd") for parent in element.iterancestors()):
            continue
        if element.tag == "tr":
            words = " | ".join(tidy(" ".join(cell.itertext())) for cell in element if cell.tag in ("td", "th"))
        elif element.tag in _HOLDERS:
            words = tidy(f"{element.text or ''} {' '.join(_inline_tails(element))}")
        elif element.tag in ("td", "th"):
            continue
        else:
            words = tidy(" ".join(element.itertext()))
        if not words.strip(" |") or is_furniture(words):
            continue
        if element.tag[0] == "h" and element.tag[1:].isdigit():
            yield Block("heading", words, level=int(element.tag[1]))
        else:
            yield Block("item" if element.tag == "li" else "row" if element.tag == "tr" else "text", words)


def _inline_tails(element: Any) -> Iterator[str]:
    """Text directly in a `div` and in the inline elements of it."""
    for child in element:
        if isinstance(child.tag, str) and child.tag in ("b", "i", "em", "strong", "span", "a", "u", "small", "font"):
            yield " ".join(child.itertext())
        yield child.tail or ""
