"""What codecite knows, as reviewable text, and the code that reads it.

`guidance/*.md` holds dated, sourced statements, `tables/*.csv` the deterministic tables, `sources.csv` the
bibliography and `knowledge.toml` the horizon and the editions. Nothing in this package imports the other three.
"""
