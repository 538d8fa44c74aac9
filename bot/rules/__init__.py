"""The coding rules: pure functions over the tables. No I/O, no language model, no code literal."""
