"""From text to a Question: words of the vocabulary tables, durations, dates, codes, and the facts carried over."""
