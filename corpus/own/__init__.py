"""Documents of the user's own: files to sections and exact words, kept apart from the shipped corpus.

    converted = convert(Path("payer-manual.pdf"))      # blocks: headings, paragraphs, table rows, with pages
    for excerpt in excerpts(converted): ...            # what is stored, searched and cited

What is here reads files and nothing else; `corpus.own.store` keeps the results in a database.
"""

from corpus.own.convert import FORMATS, LARGEST_FILE, PARSER_VERSION, convert, convert_bytes
from corpus.own.model import Block, Converted, Excerpt
from corpus.own.split import excerpts

__all__ = [
    "FORMATS",
    "LARGEST_FILE",
    "PARSER_VERSION",
    "Block",
    "Converted",
    "Excerpt",
    "convert",
    "convert_bytes",
    "excerpts",
]
