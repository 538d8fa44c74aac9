"""The tables of own documents, for SQLite and PostgreSQL. Imported when there is something to read or write."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Date, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

METADATA = MetaData()

Table(
    "own_documents",
    METADATA,
    Column("id", String(120), primary_key=True),
    Column("title", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("format", String(20), nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("parser", String(40), nullable=False),
    Column("encoder", String(120), nullable=False),
    Column("pages", Integer, nullable=False),
    Column("excerpts", Integer, nullable=False),
    Column("publisher", Text, nullable=False),
    Column("payer", String(80), nullable=False),
    Column("effective_from", Date),
    Column("added_at", String(40), nullable=False),
    Column("changed_at", String(40), nullable=False),
    Column("version", Integer, nullable=False),
)
Table(
    "own_versions",
    METADATA,
    Column("document", String(120), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False),
    Column("parser", String(40), nullable=False),
    Column("origin", Text, nullable=False),
    Column("excerpts", Integer, nullable=False),
    Column("at", String(40), nullable=False),
)
Table(
    "own_excerpts",
    METADATA,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("document", String(120), ForeignKey("own_documents.id"), nullable=False, index=True),
    Column("anchor", String(40), nullable=False),
    Column("section", Text, nullable=False),
    Column("page", Integer),
    Column("text", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("vector", LargeBinary, nullable=False),
)
Table(
    "own_codes",
    METADATA,
    Column("excerpt", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("code", String(8), primary_key=True, index=True),
)
Table(
    "own_state",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("revision", Integer, nullable=False),
)
