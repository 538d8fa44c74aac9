"""The reference encoder as an ONNX file: exported once, compared with PyTorch, kept beside the indexes.

The export runs in a process of its own (`python -m index.export`), so that PyTorch and its 500 MB never enter the
process that builds an index and goes on to answer.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import (
    BUNDLED_NAME,
    ONNX,
    TOKENIZER,
    Encoder,
    Model,
    OnnxEncoder,
    OnnxFacts,
    TorchEncoder,
    onnx_folder,
)
from index.errors import EncoderError
from index.layout import BUILDING, Progress
from index.store import sha256

TOLERANCE = 1e-4
"""Largest difference of any vector component between PyTorch and the copy; measured: 2e-7."""

_OPSET = 17

# Lengths from one word to beyond the limit, and the things that tokenizers stumble over.
SAMPLES = (
    "coaching",
    "Which code for a 35 minute follow-up?",
    "1234T, 12345 and X1234 on one claim: modifier 12 or XY?",
    "na\u00efve caf\u00e9 \u2013 d\u00e9j\u00e0 vu \u00a7410.78(a)(3)",
    "An individual session is reported by the minutes face to face. " * 12,
    "minutes " * 700,
)


def ensure_onnx(home: Path, model: Model | None = None, progress: Progress | None = None) -> OnnxEncoder:
    """The exported copy of `model` (default: the bundled one) under `home`, exporting it when missing or damaged.

    The caller holds the writer's lock. Raises EncoderError when the copy differs from PyTorch by more than TOLERANCE.
    """
    model = model or Model.bundled()
    folder = onnx_folder(home, model.name)
    try:
        held = OnnxEncoder(folder)
        held.verify()
    except EncoderError:
        shutil.rmtree(folder, ignore_errors=True)
    else:
        return held
    if progress is not None:
        progress("Exporting the encoder", 0, 0)
    building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=home))
    try:
        model.verify()
        _export_aside(model, building)
        building.replace(folder)
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return OnnxEncoder(folder)


def _export_aside(model: Model, folder: Path) -> None:
    """Run `main` below in another process; raises EncoderError with what went wrong there."""
    # -P: a folder named `index` in the working directory must not stand in for this package
    command = [sys.executable, "-P", "-m", "index.export", str(folder)]
    if model.name != BUNDLED_NAME:
        command.append(str(model.folder))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    try:
        problem = json.loads(done.stdout)
    except json.JSONDecodeError:
        last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
        raise EncoderError(f"the encoder could not be exported: {last}") from None
    raise EncoderError(problem["message"], hint=problem["hint"])


def main(arguments: list[str]) -> int:
    """Export into the folder named first, the bundled model or the one in the folder named second."""
    target, *model_folder = arguments
    try:
        model = Model.at(Path(model_folder[0])) if model_folder else Model.bundled()
        export(TorchEncoder(model), Path(target))
    except EncoderError as error:
        print(json.dumps({"message": str(error), "hint": error.hint}))
        return 1
    return 0


def export(reference: TorchEncoder, folder: Path) -> float:
    """Write model.onnx, tokenizer.json and encoder.json into `folder`; returns the largest difference found.

    Raises EncoderError when a vector differs from the reference by more than TOLERANCE.
    """
    shutil.copyfile(reference.model.folder / TOKENIZER, folder / TOKENIZER)
    _export_graph(reference.reference, folder / ONNX)
    tokenizer = reference.reference.tokenizer
    facts = OnnxFacts(
        name=reference.name,
        dimension=reference.dimension,
        max_length=reference.max_length,
        pad_id=int(tokenizer.pad_token_id),
        pad_token=str(tokenizer.pad_token),
        largest_difference=0.0,
        files={name: sha256(folder / name) for name in (ONNX, TOKENIZER)},
        sizes={name: (folder / name).stat().st_size for name in (ONNX, TOKENIZER)},
    )
    facts.write(folder)
    difference = largest_difference(reference, OnnxEncoder(folder))
    if not difference <= TOLERANCE:  # also refuses NaN
        raise EncoderError(
            f"the exported encoder differs from PyTorch by {difference:.1e} (allowed {TOLERANCE:.0e})",
            hint="Install the versions of torch, transformers and onnxruntime that pyproject.toml names.",
        )
    replace(facts, largest_difference=difference).write(folder)
    return difference


def largest_difference(one: Encoder, other: Encoder, texts: tuple[str, ...] = SAMPLES) -> float:
    """Largest absolute difference of any vector component over `texts`, batched and one by one."""
    batched = np.abs(one.encode(list(texts)) - other.encode(list(texts))).max()
    single = max(np.abs(one.encode([text]) - other.encode([text])).max() for text in texts)
    return float(max(batched, single))


def _export_graph(reference: Any, path: Path) -> None:
    """Trace tokens -> unit sentence vector, with batch and length free."""
    with warnings.catch_warnings():
        # The tracer warns about every Python branch it freezes and about its own age; the comparison with
        # PyTorch, over batches and lengths other than the traced ones, is what decides.
        warnings.simplefilter("ignore")
        import torch  # several seconds: only when exporting

        class Sentence(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.reference = reference

            def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
                features = {"input_ids": input_ids, "attention_mask": attention_mask}
                embedding: torch.Tensor = self.reference(features)["sentence_embedding"]
                return torch.nn.functional.normalize(embedding, p=2.0, dim=1)

        ids = torch.ones(2, 8, dtype=torch.long)
        mask = torch.ones(2, 8, dtype=torch.long)
        mask[1, 5:] = 0
        names = ("input_ids", "attention_mask")
        with torch.no_grad():
            torch.onnx.export(
                Sentence().eval(),
                (ids, mask),
                str(path),
                input_names=list(names),
                output_names=["embedding"],
                dynamic_axes={**{name: {0: "batch", 1: "length"} for name in names}, "embedding": {0: "batch"}},
                opset_version=_OPSET,
                dynamo=False,  # the newer exporter needs onnxscript; this one needs nothing more
            )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
