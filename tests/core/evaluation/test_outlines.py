"""The contact sheet shows the same images each time, in their order, and marks what is unsure."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage
from core.evaluation.outlines import N_SHOWN, choose_shown, draw_outlines, draw_sheet
from core.imaging.drawn import DrawnLesion, draw_jpeg, draw_lesion

SKIN = np.full((224, 224, 3), (220, 180, 160), dtype=np.uint8)


def to_image(pixels: NDArray[np.uint8]) -> LesionImage:
    return LesionImage(pixels=pixels, sha256="", format="PNG")


def test_the_same_images_are_shown_each_time_and_all_where_there_are_few() -> None:
    chosen = choose_shown(660)
    assert len(set(chosen)) == N_SHOWN
    assert chosen == sorted(chosen) == choose_shown(660)
    assert choose_shown(5) == [0, 1, 2, 3, 4]


def test_an_unsure_outline_has_an_orange_rim() -> None:
    lesion = draw_lesion(DrawnLesion(224, 224, radius=0.22, irregularity=0.02, darkness=0.9, seed=1))
    sheet = draw_sheet([to_image(lesion), to_image(SKIN)])
    sure, unsure = sheet[0, 0], sheet[0, sheet.shape[1] // 8]
    assert sheet.shape[1] % 8 == 0
    assert tuple(sure) == (255, 255, 255)
    assert tuple(unsure) == (230, 159, 0)


def test_the_command_writes_the_sheet_and_names_what_is_on_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for label in ("benign", "malignant"):
        (tmp_path / "set" / label).mkdir(parents=True)
        (tmp_path / "set" / label / "1.jpg").write_bytes(draw_jpeg(DrawnLesion(120, 90)))
    assert draw_outlines(["--data", str(tmp_path / "set"), "--out", str(tmp_path / "sheet.png")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["1.1 benign/1.jpg", "1.2 malignant/1.jpg"]
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.mode == "RGB"
