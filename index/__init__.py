"""From the corpus to search: encoder, vector store, lexical index and their fusion."""
