"""A good picture passes; one that is degraded beyond use is held back, with the reason and how to do better."""

from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from core.domain import LesionImage, QualityReport
from core.evaluation.degraded import DEGRADED
from core.gates.quality import measure_quality
from core.imaging.drawn import DrawnLesion, draw_lesion

GOOD = Image.fromarray(draw_lesion(DrawnLesion(width_px=600, height_px=450)))


def measure(picture: Image.Image) -> QualityReport:
    return measure_quality(LesionImage(pixels=np.asarray(picture.convert("RGB")), sha256="", format="PNG"))


def test_a_good_picture_passes_with_every_note_fine() -> None:
    report = measure(GOOD)
    assert report.is_accepted
    assert [note.name for note in report.notes if not note.is_fine] == []


@pytest.mark.parametrize("name", list(DEGRADED))
def test_what_is_degraded_beyond_use_is_held_back_with_advice(name: str) -> None:
    report = measure(DEGRADED[name](GOOD))
    assert not report.is_accepted
    assert all(note.advice and note.sentence for note in report.blocking)


@pytest.mark.parametrize(
    ("change", "note"),
    [
        (lambda image: image.resize((100, 75)), "Resolution"),
        (lambda image: image.resize((32, 32)).resize((600, 450), Image.Resampling.BICUBIC), "Sharpness"),
        (lambda image: image.resize((32, 32)).resize((600, 450), Image.Resampling.NEAREST), "Own pixels"),
        (lambda image: ImageEnhance.Brightness(image).enhance(0.2), "Exposure"),
        (lambda image: ImageEnhance.Brightness(image).enhance(2.5), "Over-exposure"),
        (lambda image: image.convert("L"), "Colour cast"),
        (lambda image: Image.merge("RGB", image.split()[::-1]), "Colour cast"),
    ],
)
def test_each_measure_is_tripped_by_its_own_fault(change: Callable[[Image.Image], Image.Image], note: str) -> None:
    assert note in {each.name for each in measure(change(GOOD)).blocking}


def test_glare_is_the_share_of_white() -> None:
    pixels = np.asarray(GOOD).copy()
    pixels[150:250, 250:350] = 255
    report = measure(Image.fromarray(pixels))
    glare = next(note for note in report.notes if note.name == "Glare")
    assert glare.value == pytest.approx(100 * 100 / (600 * 450 * np.pi / 4 * 0.81), rel=0.05)
    assert glare in report.blocking


def test_small_but_usable_warns_and_passes() -> None:
    report = measure(GOOD.resize((200, 150)))
    assert report.is_accepted
    assert next(note for note in report.notes if note.name == "Resolution").is_fine is False
