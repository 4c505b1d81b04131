"""A differential: its network loads with its card only, its probabilities sum to 1, and old cards have none."""

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from core.classifier.__main__ import main
from core.classifier.card import CARD_FILE, read_card, write_card
from core.classifier.card_text import card_rows, limits_of, render_card
from core.classifier.classifier import Classifier
from core.classifier.network import BackboneNetwork, build_network, inference_mode
from core.classifier.torch_engine import TorchEngine
from core.domain import LesionImage
from core.errors import CardUnusable
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import Diagnosis, HeatmapMethod
from tests.conftest import SEVEN_KINDS

JPEG = draw_jpeg(DrawnLesion(width_px=90, height_px=60, seed=1))


@pytest.fixture(scope="module")
def image() -> LesionImage:
    return decode(JPEG)


@pytest.fixture(scope="module")
def classifier(untrained_differential: Path) -> Classifier:
    return Classifier.load(untrained_differential, threads=1)


@pytest.fixture
def folder(untrained_differential: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(untrained_differential, tmp_path / "net"))


@pytest.fixture
def change_card(folder: Path) -> Callable[..., None]:
    def change(**values: object) -> None:
        card = json.loads((folder / CARD_FILE).read_text())
        (folder / CARD_FILE).write_text(json.dumps(card | values))

    return change


def forget_differential(folder: Path) -> None:
    """Make its card one from before there was a differential."""
    values = json.loads((folder / CARD_FILE).read_text())
    del values["differential"], values["differential_temperature"]
    (folder / CARD_FILE).write_text(json.dumps(values))


def test_every_kind_of_the_card_has_a_probability_in_its_order_and_they_sum_to_1(
    classifier: Classifier, image: LesionImage
) -> None:
    differential = classifier.predict(image).differential
    assert tuple(differential) == SEVEN_KINDS
    assert sum(differential.values()) == pytest.approx(1, abs=1e-9)
    assert all(0 < probability < 1 for probability in differential.values())
    assert len(set(differential.values())) == 7


def test_its_own_temperature_divides_its_logits(classifier: Classifier, image: LesionImage) -> None:
    frames = classifier.prepare(image)[None]
    sharp = np.log(classifier.differential(frames)) * classifier.card.differential_temperature
    plain = Classifier(classifier._engine, dataclasses.replace(classifier.card, differential_temperature=1.0))
    assert softmax(sharp, axis=1) == pytest.approx(plain.differential(frames), abs=1e-6)
    assert classifier.card.differential_temperature == 0.8


def test_in_a_batch_and_with_a_heat_map_it_is_the_same(classifier: Classifier, image: LesionImage) -> None:
    expected = list(classifier.predict(image).differential.values())
    frames = np.stack([classifier.prepare(image)] * 3)
    made = [*classifier.predict_frames(frames), classifier.predict_and_explain(image, HeatmapMethod.GRAD_CAM)[0]]
    for one in made:
        assert list(one.differential.values()) == pytest.approx(expected, abs=1e-5)


def test_a_second_output_changes_neither_logit_nor_embedding(classifier: Classifier) -> None:
    card = classifier.card
    with_it = build_network("test_resnet", n_diagnoses=7)
    without = build_network("test_resnet")
    state = {name: value for name, value in with_it.state_dict().items() if not name.startswith("diagnosis_head")}
    without.load_state_dict(state)
    assert isinstance(with_it, BackboneNetwork) and with_it.diagnosis_head is not None
    frames = np.zeros((1, 128, 128, 3), dtype=np.uint8)
    made = [
        Classifier(TorchEngine(inference_mode(network)), its_card).predict_frames(frames)[0]
        for network, its_card in ((with_it, card), (without, dataclasses.replace(card, differential=())))
    ]
    assert made[0].raw_probability == made[1].raw_probability
    assert np.array_equal(made[0].embedding, made[1].embedding)
    assert (len(made[0].differential), made[1].differential) == (7, {})


def test_a_card_with_a_differential_comes_back_as_it_was_written(classifier: Classifier, tmp_path: Path) -> None:
    write_card(classifier.card, tmp_path)
    read = read_card(tmp_path)
    assert dataclasses.replace(read, card_sha256="") == dataclasses.replace(classifier.card, card_sha256="")


def test_a_card_from_before_has_none(untrained_backbone: Path, tmp_path: Path, image: LesionImage) -> None:
    folder = Path(shutil.copytree(untrained_backbone, tmp_path / "old"))
    forget_differential(folder)
    old = Classifier.load(folder, threads=1)
    assert (old.card.differential, old.card.differential_temperature) == ((), 1.0)
    assert old.predict(image).differential == {}
    assert old.differential(old.prepare(image)[None]).shape == (1, 0)


@pytest.mark.parametrize("kinds", [SEVEN_KINDS[:6], (*SEVEN_KINDS, Diagnosis.OTHER), ()])
def test_another_number_of_diagnoses_than_the_weights_have_is_refused(
    folder: Path, change_card: Callable[..., None], kinds: tuple[Diagnosis, ...]
) -> None:
    change_card(differential=kinds)
    with pytest.raises(CardUnusable, match="not of the architecture"):
        Classifier.load(folder)


def test_a_network_that_cannot_give_one_is_refused(untrained_cnn: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(untrained_cnn, tmp_path / "cnn"))
    write_card(dataclasses.replace(read_card(folder), differential=SEVEN_KINDS), folder)
    with pytest.raises(CardUnusable, match="names a differential, which lesion_cnn cannot give"):
        Classifier.load(folder)


@pytest.mark.parametrize(
    "changed",
    [
        {"differential": ["nevus", "star gazing"]},
        {"differential": ["nevus", "nevus"]},
        {"differential": None},
        {"differential_temperature": 0},
        {"differential_temperature": float("nan")},
    ],
)
def test_a_differential_that_makes_no_sense_is_refused(
    folder: Path, change_card: Callable[..., None], changed: dict[str, object]
) -> None:
    change_card(**changed)
    with pytest.raises(CardUnusable, match="cannot be read"):
        read_card(folder)


def test_json_has_it_only_where_the_network_gives_one(
    untrained_differential: Path, untrained_backbone: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    for folder, more in ((untrained_differential, SEVEN_KINDS), (untrained_backbone, ())):
        assert main(["--weights", str(folder), "--json", "--override", str(tmp_path / "a.jpg")]) == 0
        [row] = json.loads(capsys.readouterr().out)
        assert ("differential" in row) == bool(more)
        assert list(row.get("differential", {})) == [str(kind) for kind in more]
        assert sum(row.get("differential", {}).values()) == pytest.approx(1 if more else 0)


def test_a_line_of_text_names_the_three_likeliest(
    untrained_differential: Path,
    classifier: Classifier,
    image: LesionImage,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "a.jpg").write_bytes(JPEG)
    assert main(["--weights", str(untrained_differential), "--override", str(tmp_path / "a.jpg")]) == 0
    differential = classifier.predict(image).differential
    likeliest = sorted(differential, key=differential.__getitem__, reverse=True)[:3]
    said = ", ".join(f"{kind} {differential[kind]:.1%}" for kind in likeliest)
    assert capsys.readouterr().out.strip().endswith(f"; {said}")


def test_the_card_for_people_tells_of_the_second_output(classifier: Classifier, untrained_backbone: Path) -> None:
    text = render_card(classifier.card)
    kinds = ", ".join(SEVEN_KINDS)
    assert f"| Second output | differential of 7 kinds: {kinds}; temperature 0.800 |" in text
    assert f"Trained on {kinds} only" in text
    assert "keratoses, dermatofibromas and vascular lesions are missing" not in text
    old = read_card(untrained_backbone)
    assert "Second output" not in card_rows(old)
    assert "keratoses, dermatofibromas and vascular lesions are missing" in limits_of(old)[0]
