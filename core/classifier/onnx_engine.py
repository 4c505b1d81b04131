"""Runs the exported graph on onnxruntime, without torch.

One picture is worked on by all threads together. Many are shared out, a thread to each part: nothing waits for the
slowest at every layer, which makes a batch a tenth faster on two cores, and the values stay the same to the bit.

The graph holds no weights. Its initialisers bear the names of the tensors in model.safetensors and are handed over from
the very bytes whose SHA-256 was checked, so that there is one copy of the weights, under one hash. onnxruntime folds
the batch normalisations into the convolutions as it loads (see docs/decisions/0019-serving-engine.md).
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as native

from core.classifier.card import ModelCard
from core.classifier.engine import Engine, Pass
from core.classifier.stored import read_checked_graph, read_checked_weights
from core.errors import CardUnusable
from core.taxonomy import HeatmapMethod

INPUT, OUTPUTS = "frames", ("logits", "maps", "embeddings", "stages")  # graphs of earlier versions lack the last
ARCHITECTURE_KEY = "architecture"  # in the graph's metadata, so that a card of another network is noticed
_HEADER_LENGTH_BYTES = 8  # of a safetensors file: the JSON header's length, little-endian, comes first
_FAILURES = (
    *(native.Fail, native.InvalidArgument, native.InvalidGraph, native.InvalidProtobuf),
    *(native.NotImplemented, native.RuntimeException),
)  # onnxruntime gives its errors no common base but Exception
_CPU = "CPUExecutionProvider"
_WANTED = ("CUDAExecutionProvider", _CPU)
_SHARED_FROM = 4  # pictures for each thread: below it a part is too small to gain from its own thread

Outputs = list[NDArray[np.float32]]
"""Logits (N, 1 + K), maps (N, h, w), embeddings (N, D) and, where the graph gives them, stages (N, S)."""


class OnnxEngine:
    """Sessions of onnxruntime behind the interface of `core.classifier.engine`."""

    def __init__(
        self,
        session: onnxruntime.InferenceSession,
        load_torch: Callable[[], Engine],
        sharing: "Sharing | None" = None,
    ) -> None:
        """`load_torch` gives the same network on torch, for the heat map methods that need a gradient; `sharing` is how
        many pictures are shared out, if they are."""
        self._session, self._sharing = session, sharing
        self._load_torch = load_torch
        self._on_torch: Engine | None = None

    def run(self, x: NDArray[np.float32]) -> Pass:
        """Pass standardised frames float32 (N, 3, H, W) through the network."""
        sharing = self._sharing
        if sharing is not None and len(x) >= _SHARED_FROM * sharing.threads:
            logits, maps, embeddings, *stages = sharing.run(x)
        else:
            logits, maps, embeddings, *stages = _run(self._session, x)
        return Pass(
            logits=logits[:, 0].astype(np.float64),
            diagnosis_logits=logits[:, 1:].astype(np.float64),
            embeddings=embeddings,
            maps=maps,
            stages=stages[0] if stages else None,
        )

    def layer_map(self, x: NDArray[np.float32], method: HeatmapMethod) -> NDArray[np.float32]:
        """The map of one frame (1, 3, H, W) at the layer's own resolution: float32 (h, w), non-negative, not scaled.

        Any method but the default one takes seconds the first time, in which torch is imported.
        """
        if method is HeatmapMethod.GRAD_CAM:
            return np.asarray(_run(self._session, x)[1][0])
        if self._on_torch is None:
            self._on_torch = self._load_torch()
        return self._on_torch.layer_map(x, method)


class Sharing:
    """Many pictures shared out between threads, on one session that has no threads of its own; opened on first use."""

    def __init__(self, open_single: Callable[[], onnxruntime.InferenceSession], threads: int) -> None:
        self.threads = threads
        self._open = open_single
        self._pool = ThreadPoolExecutor(threads, "network")
        self._session: onnxruntime.InferenceSession | None = None

    def run(self, x: NDArray[np.float32]) -> Outputs:
        """The outputs of frames (N, 3, H, W), N at least as many as there are threads, in their order."""
        if self._session is None:
            self._session = self._open()
        parts = self._pool.map(partial(_run, self._session), np.array_split(x, self.threads))
        return [np.concatenate(output) for output in zip(*parts, strict=True)]


def _run(session: onnxruntime.InferenceSession, x: NDArray[np.float32]) -> Outputs:
    given = {output.name for output in session.get_outputs()}
    return list(session.run([name for name in OUTPUTS if name in given], {INPUT: x}))


def load_onnx_engine(folder: Path, card: ModelCard, threads: int | None) -> OnnxEngine:
    """The network of a model folder, ready to serve. Raises WeightsMissing, WeightsChanged or CardUnusable."""
    graph, weights = read_checked_graph(folder, card), read_checked_weights(folder, card)
    try:
        session = open_session(graph, weights, threads)
        _check(session, card)
    except (ValueError, KeyError, *_FAILURES) as error:
        raise CardUnusable(
            f"The graph of {folder.name!r} does not fit its weights or the architecture {card.architecture}."
        ) from error

    def load_torch() -> Engine:
        from core.classifier.torch_engine import load_torch_engine

        return load_torch_engine(folder, card, threads)

    n_threads = threads or os.cpu_count() or 1
    is_on_cpu = session.get_providers() == [_CPU]
    single = partial(open_session, graph, weights, 1)
    return OnnxEngine(session, load_torch, Sharing(single, n_threads) if is_on_cpu and n_threads > 1 else None)


def open_session(graph: bytes, weights: bytes | bytearray, threads: int | None) -> onnxruntime.InferenceSession:
    """A session of the graph with tensors from the bytes of a safetensors file."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or 0  # 0: as many as there are cores
    tensors = {
        name: onnxruntime.OrtValue.ortvalue_from_numpy(values) for name, values in float_tensors(weights).items()
    }
    options.add_external_initializers(list(tensors), list(tensors.values()))
    available = onnxruntime.get_available_providers()
    return onnxruntime.InferenceSession(graph, options, providers=[name for name in _WANTED if name in available])


def float_tensors(weights: bytes | bytearray) -> dict[str, NDArray[np.float32]]:
    """Views of the float32 tensors in the bytes of a safetensors file, by name. Raises ValueError or KeyError."""
    return {
        name: np.frombuffer(weights, np.float32, length // 4, offset).reshape(shape)
        for name, (offset, length, shape) in tensor_places(weights).items()
    }


def tensor_places(weights: bytes | bytearray) -> dict[str, tuple[int, int, tuple[int, ...]]]:
    """Offset and length in bytes, and shape, of each float32 tensor in the bytes of a safetensors file."""
    start = _HEADER_LENGTH_BYTES + int.from_bytes(weights[:_HEADER_LENGTH_BYTES], "little")
    header = json.loads(weights[_HEADER_LENGTH_BYTES:start])
    return {
        name: (start + entry["data_offsets"][0], entry["data_offsets"][1] - entry["data_offsets"][0], entry["shape"])
        for name, entry in header.items()
        if entry.get("dtype") == "F32"
    }


def _check(session: onnxruntime.InferenceSession, card: ModelCard) -> None:
    found = session.get_modelmeta().custom_metadata_map.get(ARCHITECTURE_KEY)
    if found != card.architecture:
        raise ValueError(f"expected a graph of {card.architecture}, got one of {found}")
    n_outputs = session.get_outputs()[0].shape[1]
    if n_outputs != 1 + len(card.differential):
        raise ValueError(f"expected {1 + len(card.differential)} logits, got {n_outputs}")
