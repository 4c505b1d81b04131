"""Networks with a graph, as training leaves them."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import SEVEN_KINDS, make_model_folder


@pytest.fixture(scope="session")
def with_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder with an untrained `test_resnet` that tells seven kinds apart, and its graph; do not change it."""
    from core.classifier.card import write_card
    from core.classifier.loading import load_network
    from core.classifier.network import BackboneNetwork
    from core.training.export.graph import export_graph

    folder = make_model_folder(
        tmp_path_factory.mktemp("models") / "graph-seven", "test_resnet", differential=SEVEN_KINDS
    )
    network, card = load_network(folder)
    assert isinstance(network, BackboneNetwork)
    graph_sha256 = export_graph(network, card.architecture, card.frame, folder)
    write_card(replace(card, graph_sha256=graph_sha256), folder)
    return folder
