"""The worst errors' pictures for paper: found by name and label, left out with a sentence, the same bytes each time."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.labelled import hash_of_list
from core.domain import Heatmap, LesionImage
from core.errors import WeightsMissing
from core.evaluation.about_set import AboutSet
from core.evaluation.measure_set import measure_set
from core.evaluation.predictions import Predictions, ScoredImage
from core.evaluation.results import Evaluation, Further
from core.evaluation.sets import open_set
from core.taxonomy import HeatmapMethod
from dashboard.workflow.performance.error_pictures import NO_FOLDER, OTHER_LIST, draw_error_pictures

ROWS = tuple(
    ScoredImage(f"{label}/{i}.png", label == "malignant", 0.5 + 0.01 * i, 0.0)
    for label in ("benign", "malignant")
    for i in range(3)
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with three drawn pictures of each label."""
    for row in ROWS:
        path = tmp_path / "set" / "test" / row.file
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (400, 300), (180, 120, 100 + int(path.stem))).save(path)
    return tmp_path / "set"


def evaluation_of(data: Path) -> Evaluation:
    labelled = open_set(data)
    return Evaluation(
        set_name=labelled.name,
        file_list_sha256=hash_of_list(labelled.images),
        weights_sha256="ab" * 32,
        model={},
        measured_at="2026-03-01T10:00:00+00:00",
        app_version="9.9",
        threshold_note="",
        whole=measure_set(Predictions(ROWS), 0.4, 10),
        same_source=None,
        without_repeats=None,
        bands={},
        about=AboutSet(0, {}, {}, None, None),
        further=Further(),
    )


def explain(image: LesionImage) -> Heatmap:
    """Heat in the left half; none where the picture's blue is 101."""
    values = np.zeros(image.pixels.shape[:2], dtype=np.float32)
    if image.pixels[0, 0, 2] != 101:
        values[:, :200] = 1.0
    return Heatmap(values, HeatmapMethod.GRAD_CAM, "last")


def test_each_picture_stands_beside_itself_under_its_map_and_the_same_input_gives_the_same_bytes(data: Path) -> None:
    found = draw_error_pictures(data=data, evaluation=evaluation_of(data), rows=ROWS, explain=explain)
    assert found.notes == ()
    assert set(found.by_file) == {row.file for row in ROWS}
    assert found.without_heat == {"benign/1.png", "malignant/1.png"}
    with Image.open(io.BytesIO(found.by_file["benign/0.png"])) as picture:
        assert picture.size == (480, 180) and not picture.getexif()
        pixels = np.asarray(picture).astype(int)
    assert np.abs(pixels[90, 60] - pixels[90, 300]).max() > 40 > np.abs(pixels[90, 200] - pixels[90, 440]).max()
    again = draw_error_pictures(data=data, evaluation=evaluation_of(data), rows=ROWS, explain=explain)
    assert again == found


def test_without_a_folder_or_with_another_one_a_note_says_so(data: Path, tmp_path: Path) -> None:
    evaluation = evaluation_of(data)
    assert draw_error_pictures(data=None, evaluation=evaluation, rows=ROWS, explain=explain).notes == (NO_FOLDER,)
    gone = draw_error_pictures(data=tmp_path / "gone", evaluation=evaluation, rows=ROWS, explain=explain)
    assert not gone.by_file and "The pictures are left out." in gone.notes[0]
    other = replace(evaluation, file_list_sha256="cd" * 32)
    found = draw_error_pictures(data=data, evaluation=other, rows=ROWS, explain=explain)
    assert found.notes == (OTHER_LIST,) and len(found.by_file) == len(ROWS)


def test_a_broken_file_is_counted_and_a_network_that_cannot_be_loaded_leaves_all_out(data: Path) -> None:
    evaluation = evaluation_of(data)
    (data / "test" / "benign" / "0.png").write_bytes(b"no picture")
    found = draw_error_pictures(data=data, evaluation=evaluation, rows=ROWS, explain=explain)
    assert len(found.by_file) == 5
    assert found.notes == ("1 of the 6 pictures cannot be found or read.",)

    def fail(image: LesionImage) -> Heatmap:
        raise WeightsMissing("model.onnx is missing.")

    found = draw_error_pictures(data=data, evaluation=evaluation, rows=ROWS, explain=fail)
    assert not found.by_file and "model.onnx is missing." in found.notes[0]
