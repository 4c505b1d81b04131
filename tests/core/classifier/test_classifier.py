"""Scores: calibrated, banded, with the model's identity, the same alone, in a batch and from several threads."""

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest
from scipy.special import expit, logit

from core.classifier.card import read_card, write_card
from core.classifier.classifier import Classifier, score_in_steps
from core.classifier.maps import to_heatmap
from core.domain import LesionImage
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.taxonomy import Band, HeatmapMethod


@pytest.fixture(scope="module")
def images() -> list[LesionImage]:
    return [decode(draw_jpeg(DrawnLesion(width_px=300, height_px=225, seed=seed))) for seed in range(5)]


@pytest.fixture(params=["untrained_cnn", "untrained_backbone"])
def classifier(request: pytest.FixtureRequest) -> Classifier:
    folder: Path = request.getfixturevalue(request.param)
    return Classifier.load(folder, threads=1)


def test_a_prediction_is_calibrated_and_keeps_what_it_was_made_with(
    classifier: Classifier, images: list[LesionImage]
) -> None:
    made = classifier.predict(images[0])
    assert made.malignant_probability == pytest.approx(expit(logit(made.raw_probability) / 1.5))
    assert (made.operating_threshold, made.no_concern_threshold) == (0.5, 0.3)
    assert made.model == classifier.card.identity
    assert made.embedding.dtype == np.float16
    assert made.embedding.ndim == 1


def test_the_embedding_is_the_input_of_the_last_layer(classifier: Classifier, images: list[LesionImage]) -> None:
    frames = np.stack([classifier.prepare(image) for image in images[:2]])
    expected = classifier.embeddings(frames)[0].astype(np.float16)
    assert np.array_equal(classifier.predict_frames(frames)[0].embedding, expected)


def test_alone_and_in_a_batch_a_picture_scores_the_same(classifier: Classifier, images: list[LesionImage]) -> None:
    frames = np.stack([classifier.prepare(image) for image in images])
    together = [made.malignant_probability for made in classifier.predict_frames(frames)]
    alone = [classifier.predict(image).malignant_probability for image in images]
    assert together == pytest.approx(alone, abs=1e-5)
    assert len(set(alone)) == 5
    in_steps = score_in_steps(classifier, frames, step=2)
    assert in_steps == pytest.approx(classifier.logits(frames), abs=1e-4)
    assert len(score_in_steps(classifier, frames[:0])) == 0


def test_an_oriented_network_scores_flips_and_turns_alike_and_its_map_goes_with_them(
    untrained_backbone: Path, tmp_path: Path
) -> None:
    card, folder = read_card(untrained_backbone), copytree(untrained_backbone, tmp_path / "oriented")
    write_card(replace(card, frame=replace(card.frame, is_oriented=True)), folder)
    classifier = Classifier.load(folder, threads=1)
    frame = classifier.prepare(decode(draw_jpeg(DrawnLesion(300, 300, centre_x=0.35, centre_y=0.4))))
    turned = [np.ascontiguousarray(each) for each in (frame[:, ::-1], frame[::-1], np.rot90(frame))]
    first, *others = classifier.read_frames(np.stack([frame, *turned]))
    assert first.layer_map is not None
    assert first.layer_map.max() > 0
    for other, name in zip(others, ("mirrored", "upended", "turned"), strict=True):
        assert other.layer_map is not None
        back = {"mirrored": other.layer_map[:, ::-1], "upended": other.layer_map[::-1]}.get(
            name, np.rot90(other.layer_map, -1)
        )
        assert other.prediction.raw_probability == pytest.approx(first.prediction.raw_probability, abs=1e-6)
        assert np.allclose(back, first.layer_map, atol=1e-5)
    assert np.allclose(classifier.layer_map(frame, HeatmapMethod.GRAD_CAM), first.layer_map, atol=1e-5)
    as_given = Classifier.load(untrained_backbone, threads=1)
    raw = [made.raw_probability for made in as_given.predict_frames(np.stack([frame, *turned]))]
    assert max(raw) - min(raw) > 1e-6


def test_four_threads_score_as_one(classifier: Classifier, images: list[LesionImage]) -> None:
    alone = [classifier.predict(image).malignant_probability for image in images] * 4
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda image: classifier.predict(image).malignant_probability, images * 4))
    assert together == pytest.approx(alone, abs=1e-6)


def test_warming_up_changes_no_result(classifier: Classifier, images: list[LesionImage]) -> None:
    before = classifier.predict(images[0]).malignant_probability
    classifier.warm_up()
    assert classifier.predict(images[0]).malignant_probability == before


def test_bands_follow_the_cards_thresholds(shipped: Classifier) -> None:
    made = [
        shipped.predict(decode(draw_jpeg(DrawnLesion(irregularity=irregularity, radius=radius, seed=seed))))
        for irregularity, radius in ((0.0, 0.3), (0.45, 0.2))
        for seed in range(4)
    ]
    card = shipped.card
    for one in made:
        p = one.malignant_probability
        low, high = card.no_concern_threshold, card.refer_threshold
        assert one.band is (Band.REFER if p >= high else Band.INDETERMINATE if p >= low else Band.NO_CONCERN)
    assert Band.REFER in {one.band for one in made}


@pytest.mark.parametrize("method", list(HeatmapMethod))
def test_one_pass_gives_the_same_as_predicting_and_explaining(shipped: Classifier, method: HeatmapMethod) -> None:
    image = decode(draw_jpeg(DrawnLesion(irregularity=0.45, darkness=1.0, seed=5)))
    prediction, heatmap = shipped.predict_and_explain(image, method)
    assert prediction.malignant_probability == pytest.approx(shipped.predict(image).malignant_probability, abs=1e-6)
    assert heatmap.method is method
    assert np.abs(heatmap.values - shipped.explain(image, method).values).max() < 1e-4


def test_a_reading_is_the_prediction_the_map_and_the_embedding_of_one_pass(
    shipped: Classifier, images: list[LesionImage]
) -> None:
    frames = np.stack([shipped.prepare(image) for image in images])
    for image, reading in zip(images, shipped.read_frames(frames), strict=True):
        alone = shipped.read(image)
        assert alone.prediction.malignant_probability == pytest.approx(reading.prediction.malignant_probability, 1e-4)
        assert alone.layer_map is not None and reading.layer_map is not None
        cells = math.ceil(shipped.card.frame.width_px / 32)
        assert alone.layer_map.shape == (cells, cells)
        assert np.abs(alone.layer_map - reading.layer_map).max() < 1e-3
        assert np.array_equal(reading.embedding.astype(np.float16), reading.prediction.embedding)
        drawn = to_heatmap(alone.layer_map, HeatmapMethod.GRAD_CAM, (image.height_px, image.width_px)).values
        assert np.abs(drawn - shipped.explain(image, HeatmapMethod.GRAD_CAM).values).max() < 1e-5


def test_a_network_with_a_hidden_layer_reads_without_a_map(untrained_cnn: Path, images: list[LesionImage]) -> None:
    reading = Classifier.load(untrained_cnn, threads=1).read(images[0])
    assert reading.layer_map is None
    assert reading.embedding.shape == (128,)
