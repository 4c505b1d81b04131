"""The network as an ONNX graph: logits, class activation map, embedding and stages in one pass, without a second copy
of the weights, which stay in model.safetensors."""

import copy
import hashlib
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnxscript import ir
from onnxscript.optimizer import fold_constants, remove_unused_nodes
from torch import Tensor, nn
from torch.nn import functional

from core.classifier.card import GRAPH_FILE, WEIGHTS_FILE
from core.classifier.network import BackboneNetwork
from core.classifier.onnx_engine import ARCHITECTURE_KEY, INPUT, OUTPUTS, OnnxEngine, open_session, tensor_places
from core.classifier.torch_engine import TorchEngine
from core.imaging.frame import FrameRule

TOLERANCE = 1e-5  # of the probability, between torch and the graph
_N_CHECKED = 8
_LARGEST_CONSTANT = 4096  # numbers; zero biases and shapes are kept in the graph, weights are not
_PREFIX = "network."


class _InOnePass(nn.Module):
    """Everything that serving wants, from one forward pass."""

    def __init__(self, network: BackboneNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Logits (N, 1 + K), class activation maps (N, h, w), embeddings (N, D) and statistics of stages (N, S) of
        frames (N, 3, H, W)."""
        features, stages = self.network.features_and_stages(x)
        embeddings = self.network.embed(features)
        diagnoses = self.network.diagnosis_logits(embeddings)
        logits = self.network.logit(embeddings)[:, None]
        maps = functional.relu(functional.conv2d(features, self.network.head.weight[:, :, None, None]))[:, 0]
        return logits if diagnoses is None else torch.cat([logits, diagnoses], dim=1), maps, embeddings, stages


def export_graph(network: BackboneNetwork, architecture: str, rule: FrameRule, folder: Path) -> str:
    """Write model.onnx beside the model.safetensors of the same network; gives its SHA-256.

    Raises ValueError where the graph does not give what torch gives, or where a weight is not in model.safetensors.
    """
    weights = (folder / WEIGHTS_FILE).read_bytes()
    model = _trace(network, rule)
    _point_into(model, weights)
    model.metadata_props.add(key=ARCHITECTURE_KEY, value=architecture)
    graph = model.SerializeToString(deterministic=True)
    _compare(network, graph, weights, rule)
    (folder / GRAPH_FILE).write_bytes(graph)
    return hashlib.sha256(graph).hexdigest()


def _trace(network: BackboneNetwork, rule: FrameRule) -> onnx.ModelProto:
    """The graph as torch exports it, for any number of frames of the rule's size. The exporter's own optimiser would
    fold the batch normalisations, and with that make other weights; onnxruntime does so when it loads."""
    module = _InOnePass(copy.deepcopy(network).to(memory_format=torch.contiguous_format)).eval()  # type: ignore[call-overload]
    x = torch.zeros(2, 3, rule.height_px, rule.width_px)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch's own use of what it deprecates
        program = torch.onnx.export(
            module,
            (x,),
            dynamo=True,
            optimize=False,
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_shapes=({0: torch.export.Dim("n")},),
            verbose=False,
        )
    assert program is not None
    fold_constants(program.model, should_fold=lambda node: False if node.op_type == "Unsqueeze" else None)
    remove_unused_nodes(program.model)
    return without_traces(ir.to_proto(program.model))


def without_traces(model: onnx.ModelProto) -> onnx.ModelProto:
    """The graph without what torch notes on each node, file names of this machine among it."""
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    for part in (*model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    return model


def _point_into(model: onnx.ModelProto, weights: bytes) -> None:
    """Replace each weight by the place of the tensor of its name in the weights file."""
    places = tensor_places(weights)
    names = {}
    for tensor in model.graph.initializer:
        name = tensor.name.removeprefix(_PREFIX)
        if name in places:
            names[tensor.name] = name
            _make_external(tensor, name, *places[name][:2])
        elif np.prod(tensor.dims) > _LARGEST_CONSTANT:
            raise ValueError(f"expected {tensor.name} in the weights file: it holds {np.prod(tensor.dims)} numbers")
    for node in model.graph.node:
        node.input[:] = [names.get(name, name) for name in node.input]


def _make_external(tensor: onnx.TensorProto, name: str, offset: int, length: int) -> None:
    tensor.name = name
    for field in ("raw_data", "float_data"):
        tensor.ClearField(field)
    tensor.data_location = onnx.TensorProto.EXTERNAL
    del tensor.external_data[:]
    for key, value in (("location", WEIGHTS_FILE), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)


def _compare(network: BackboneNetwork, graph: bytes, weights: bytes, rule: FrameRule) -> None:
    x = np.random.default_rng(0).standard_normal((_N_CHECKED, 3, rule.height_px, rule.width_px), dtype=np.float32)
    on_torch = TorchEngine(network)
    expected, found = on_torch.run(x), OnnxEngine(open_session(graph, weights, threads=1), lambda: on_torch).run(x)
    furthest = float(np.abs(_sigmoid(expected.logits) - _sigmoid(found.logits)).max())
    if not furthest <= TOLERANCE:
        raise ValueError(f"the exported graph is {furthest:.2g} away from torch, expected {TOLERANCE:g} or less")


def _sigmoid(logits: np.ndarray) -> np.ndarray:
    return np.asarray(1 / (1 + np.exp(-logits)))
