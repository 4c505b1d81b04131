"""The served engine: what torch and pytorch-grad-cam say, from the files that the card names, and without torch."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from scipy.special import expit, softmax

from core.classifier.card import CARD_FILE, GRAPH_FILE, WEIGHTS_FILE, read_card, write_card
from core.classifier.classifier import Classifier
from core.classifier.loading import load_network, save_network
from core.classifier.maps import resize_map
from core.classifier.network import Network, build_network
from core.classifier.onnx_engine import OnnxEngine, load_onnx_engine, open_session
from core.classifier.torch_engine import TorchEngine
from core.data.labelled import read_kaggle
from core.domain import LesionImage
from core.errors import CardUnusable, WeightsChanged, WeightsMissing
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.imaging.frame import normalise_frames
from core.settings import PROJECT_ROOT, Settings
from core.taxonomy import HeatmapMethod

N_REAL = 40  # pictures of the test part; malignant and benign by turns


@pytest.fixture
def folder(with_graph: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(with_graph, tmp_path / "net"))


def drawn_images(n: int) -> list[LesionImage]:
    return [decode(draw_jpeg(DrawnLesion(irregularity=0.45, darkness=1.0, seed=seed))) for seed in range(n)]


def frames_of(folder: Path, images: list[LesionImage]) -> NDArray[np.float32]:
    classifier = Classifier.load(folder, threads=1)
    return normalise_frames(np.stack([classifier.prepare(image) for image in images]), classifier.card.frame)


def assert_equal_to_torch(folder: Path, images: list[LesionImage]) -> None:
    """Probabilities to 1e-5; maps to 1e-4 of their maximum at the layer's resolution, and to 1e-3 once enlarged."""
    network, card = load_network(folder)
    x = frames_of(folder, images)
    expected, found = TorchEngine(network).run(x), load_onnx_engine(folder, card, threads=1).run(x)
    assert np.abs(expit(found.logits) - expit(expected.logits)).max() <= 1e-5
    assert found.diagnosis_logits.shape == (len(images), len(card.differential))
    if card.differential:
        assert softmax(found.diagnosis_logits, axis=1) == pytest.approx(
            softmax(expected.diagnosis_logits, axis=1), abs=1e-5
        )
    assert np.abs(found.embeddings - expected.embeddings).max() <= 1e-4 * np.abs(expected.embeddings).max()
    assert found.maps is not None
    for n, image in enumerate(images):
        ours, oracle = found.maps[n], library_map(network, x[n : n + 1])
        assert np.abs(scaled(ours) - scaled(oracle)).max() <= 1e-4
        size = (image.height_px, image.width_px)
        assert np.abs(resize_map(ours, size) - resize_map(oracle, size)).max() <= 1e-3


def library_map(network: Network, x: NDArray[np.float32]) -> NDArray[np.float32]:
    """pytorch-grad-cam's map at the layer's own resolution, before it enlarges and scales it."""
    with GradCAM(model=network, target_layers=[network.heatmap_layer]) as cam:
        tensor = torch.from_numpy(x).requires_grad_()
        with torch.enable_grad():
            cam.activations_and_grads(tensor).sum().backward()
        activations = cam.activations_and_grads.activations[0].detach().numpy()
        gradients = cam.activations_and_grads.gradients[0].detach().numpy()
        values = cam.get_cam_image(tensor, cam.target_layers[0], [], activations, gradients, False)
    return np.maximum(np.asarray(values[0], dtype=np.float32), 0)


def scaled(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return values / max(float(values.max()), 1e-12)


def test_on_drawn_lesions_it_gives_what_torch_and_the_library_give(with_graph: Path) -> None:
    assert_equal_to_torch(with_graph, drawn_images(4))
    assert_equal_to_torch(Settings.from_environment().model_folder, drawn_images(4))


@pytest.mark.data
def test_on_real_pictures_too(labelled_data: Path) -> None:
    found = read_kaggle(labelled_data, "test")
    chosen = found[:: len(found) // N_REAL]
    assert {image.is_malignant for image in chosen} == {True, False}
    assert_equal_to_torch(Settings.from_environment().model_folder, [decode(one.path.read_bytes()) for one in chosen])


def test_the_graph_holds_no_weights_and_points_at_the_one_file_that_does(with_graph: Path) -> None:
    graph = onnx.load(with_graph / GRAPH_FILE, load_external_data=False)
    outside = {tensor.name for tensor in graph.graph.initializer if tensor.data_location == onnx.TensorProto.EXTERNAL}
    network, _ = load_network(with_graph)
    assert outside == {name for name in network.state_dict() if not name.endswith("num_batches_tracked")}
    assert all(
        {"location": WEIGHTS_FILE}.items() <= {entry.key: entry.value for entry in tensor.external_data}.items()
        for tensor in graph.graph.initializer
        if tensor.name in outside
    )


def test_the_weights_may_go_once_the_session_is_open(with_graph: Path) -> None:
    weights = bytearray((with_graph / WEIGHTS_FILE).read_bytes())
    network, _ = load_network(with_graph)
    on_torch = TorchEngine(network)
    graph = (with_graph / GRAPH_FILE).read_bytes()
    session = open_session(graph, weights, threads=1)
    engine = OnnxEngine(session, lambda: on_torch)
    weights[len(weights) // 2 :] = bytes(len(weights) - len(weights) // 2)
    x = frames_of(with_graph, drawn_images(1))
    assert engine.run(x).logits == pytest.approx(on_torch.run(x).logits, abs=1e-4)


@pytest.mark.parametrize("method", list(HeatmapMethod))
def test_every_method_is_that_of_torch(with_graph: Path, method: HeatmapMethod) -> None:
    network, card = load_network(with_graph)
    x = frames_of(with_graph, drawn_images(1))
    expected = TorchEngine(network).layer_map(x, method)
    assert np.abs(scaled(load_onnx_engine(with_graph, card, 1).layer_map(x, method)) - scaled(expected)).max() < 1e-4


def test_a_classification_with_the_default_map_leaves_torch_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(draw_jpeg(DrawnLesion(seed=1)))
    code = (
        "import sys; from core.classifier.__main__ import main; status = main(sys.argv[1:]);"
        "print(status, sorted({'torch', 'timm', 'torchvision', 'pytorch_grad_cam', 'onnx'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, "--heatmap", str(tmp_path), str(tmp_path / "a.jpg")]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=200, check=False)
    assert done.stdout.splitlines()[-1] == "0 []", done.stderr
    assert (tmp_path / "0_a.png").is_file()


@pytest.mark.parametrize("file", [GRAPH_FILE, WEIGHTS_FILE])
@pytest.mark.parametrize("share", [0.001, 0.5, 0.999])
def test_one_flipped_bit_is_noticed(folder: Path, file: str, share: float) -> None:
    content = bytearray((folder / file).read_bytes())
    content[int(share * len(content))] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(WeightsChanged, match="nothing is scored with"):
        Classifier.load(folder)


@pytest.mark.parametrize("file", [GRAPH_FILE, WEIGHTS_FILE])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(WeightsMissing, match="graph is missing" if file == GRAPH_FILE else "weights are missing"):
        Classifier.load(folder)


@pytest.mark.parametrize("changed", [{"architecture": "resnet18"}, {"differential": ()}])
def test_a_card_of_another_network_is_refused(folder: Path, changed: dict[str, object]) -> None:
    card = json.loads((folder / CARD_FILE).read_text())
    (folder / CARD_FILE).write_text(json.dumps(card | changed))
    with pytest.raises(CardUnusable, match="does not fit"):
        Classifier.load(folder)


@pytest.mark.parametrize("content", [b"", b"no graph", bytes(1000)])
def test_what_is_no_graph_is_refused_even_with_the_right_hash(folder: Path, content: bytes) -> None:
    import hashlib

    (folder / GRAPH_FILE).write_bytes(content)
    write_card(replace(read_card(folder), graph_sha256=hashlib.sha256(content).hexdigest()), folder)
    with pytest.raises(CardUnusable, match="does not fit"):
        Classifier.load(folder)


def test_weights_of_another_network_are_refused_even_with_the_right_hash(folder: Path) -> None:
    sha256 = save_network(build_network("lesion_cnn"), folder)
    write_card(replace(read_card(folder), weights_sha256=sha256), folder)
    with pytest.raises(CardUnusable, match="does not fit"):
        Classifier.load(folder)


def test_a_network_without_a_graph_runs_on_torch(untrained_cnn: Path, with_graph: Path) -> None:
    assert isinstance(Classifier.load(untrained_cnn, threads=1)._engine, TorchEngine)
    assert isinstance(Classifier.load(with_graph, threads=1)._engine, OnnxEngine)


def test_many_pictures_shared_between_threads_give_the_same_to_the_bit(with_graph: Path) -> None:
    card, x = read_card(with_graph), frames_of(with_graph, drawn_images(11))
    alone, shared = (load_onnx_engine(with_graph, card, threads).run(x) for threads in (1, 2))
    assert np.array_equal(shared.logits, alone.logits)
    assert np.array_equal(shared.embeddings, alone.embeddings)
    assert shared.maps is not None
    assert alone.maps is not None
    assert np.array_equal(shared.maps, alone.maps)


def test_stages_are_those_of_torch_and_come_through_a_reading(with_graph: Path) -> None:
    network, card = load_network(with_graph)
    images = drawn_images(2)
    x = frames_of(with_graph, images)
    expected, found = TorchEngine(network).run(x).stages, load_onnx_engine(with_graph, card, threads=1).run(x).stages
    assert expected is not None
    assert found == pytest.approx(expected, abs=1e-4 * float(np.abs(expected).max()))
    [stages] = (Classifier.load(with_graph, threads=1).read(image).stages for image in images[:1])
    assert stages is not None
    assert stages == pytest.approx(expected[0], abs=1e-3 * float(np.abs(expected).max()))


def test_a_graph_of_before_the_stages_serves_without_them(folder: Path) -> None:
    import hashlib

    graph = onnx.load(folder / GRAPH_FILE, load_external_data=False)
    del graph.graph.output[3]
    content = graph.SerializeToString(deterministic=True)
    (folder / GRAPH_FILE).write_bytes(content)
    write_card(replace(read_card(folder), graph_sha256=hashlib.sha256(content).hexdigest()), folder)
    reading = Classifier.load(folder, threads=1).read(drawn_images(1)[0])
    assert reading.stages is None
    assert reading.embedding.shape == (load_network(folder)[0].n_embedding,)
