"""What a reader of the tutorial would run: open the store, load the encoder, print the nearest passages.

    python -m eval.bench.tutorial_ask FOLDER MODEL QUESTION

Measured as the tutorial's cold start. It imports nothing of ours.
"""

from __future__ import annotations

import sys
import warnings


def main() -> None:
    """Print the three nearest passages."""
    warnings.simplefilter("ignore")
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    folder, model, question = sys.argv[1:4]
    encoder = HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu", "local_files_only": True})
    store = Chroma(collection_name="tutorial", embedding_function=encoder, persist_directory=folder)
    for document in store.similarity_search(question, k=3):
        print(document.page_content)


if __name__ == "__main__":
    main()
