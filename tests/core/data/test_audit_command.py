"""`python -m core.data audit`: text or one JSON object on stdout, progress on stderr, 2 with a sentence."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from core.classifier.classifier import Classifier
from core.data.__main__ import load_embedder, main
from core.data.audit_file import read_audit
from core.imaging.drawn import DrawnLesion, draw_jpeg

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    for part in ("train", "test"):
        for seed, label in enumerate(("benign", "malignant")):
            (root / part / label).mkdir(parents=True)
            (root / part / label / "0.jpg").write_bytes(
                draw_jpeg(DrawnLesion(width_px=80, height_px=60, seed=seed, irregularity=0.3 * seed))
            )
    return root


def test_it_prints_findings_and_tables(data: Path, capsys: Captured) -> None:
    assert main(["audit", "--data", str(data), "--no-embeddings"]) == 0
    out, err = capsys.readouterr()
    assert "2 pairs of images with exactly the same pixels." in out
    assert "train/benign/0.jpg" in out
    assert "4 images in 2 parts" in err


def test_json_is_one_object_and_nothing_else(data: Path, capsys: Captured) -> None:
    assert main(["audit", "--data", str(data), "--no-embeddings", "--json", "--max-pairs", "1"]) == 0
    values = json.loads(capsys.readouterr().out)
    assert values["pairs"][0]["n_to_check"] == 2
    assert len(values["pairs"][0]["to_check"]) == 1


def test_the_networks_own_neighbours_are_searched(
    data: Path, untrained_cnn: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "audit.json"
    assert main(["audit", "--data", str(data), "--weights", str(untrained_cnn), "--out", str(out)]) == 0
    audit = read_audit(out)
    assert audit is not None
    assert audit.neighbours is not None
    assert (audit.neighbours.network, audit.neighbours.n_mutual) == ("untrained-cnn", 2)
    assert audit.neighbours.n_known == 2, "the copies"
    assert f"written to {out}" in capsys.readouterr().err
    assert str(data) not in out.read_text(encoding="utf-8")


def test_the_workers_networks_see_what_one_network_sees(untrained_cnn: Path) -> None:
    embedder, classifier = load_embedder(untrained_cnn, 2), Classifier.load(untrained_cnn, threads=1)
    frames = np.random.default_rng(0).integers(0, 256, (8, 2, 128, 128, 3), dtype=np.uint8)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(embedder.embed, frames))
    assert all(np.array_equal(one, classifier.embeddings(each)) for one, each in zip(found, frames, strict=True))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--data", "nowhere"], "There is no folder or CSV"),
        (["--data", "DATA", "--weights", "nowhere"], "nowhere"),
        (["--data", "DATA", "--provenance", "nowhere.csv"], "There is no provenance CSV"),
        (["--data", "DATA", "--no-embeddings", "--provenance", "DATA/train/benign/0.jpg"], "could not be read"),
        (["--data", "DATA", "--no-embeddings", "--out", "DATA/train/benign/0.jpg/x.json"], "could not be read"),
    ],
)
def test_what_is_not_usable_is_said_in_a_sentence(
    data: Path, options: list[str], sentence: str, capsys: Captured
) -> None:
    assert main(["audit", *(option.replace("DATA", str(data)) for option in options)]) == 2
    out, err = capsys.readouterr()
    assert sentence in err
    assert (out, "Traceback" in err) == ("", False)


@pytest.mark.parametrize("options", [[], ["audit"], ["audit", "--data", "x", "--max-pairs", "-1"]])
def test_wrong_options_are_told_by_the_parser(options: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(options)
    assert raised.value.code == 2
