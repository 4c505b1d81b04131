"""Frames are decoded once, kept on disk, and decoded anew when anything changed."""

import dataclasses
import os
from pathlib import Path

import numpy as np
import pytest

from core.data import frames as frames_module
from core.data.frames import load_frame, load_frames
from core.data.labelled import LabelledImage, read_labelled
from core.errors import CorruptImage
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg
from core.imaging.frame import FrameRule, resize_frame

RULE = FrameRule(32, 32, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@pytest.fixture
def images(tmp_path: Path) -> list[LabelledImage]:
    for seed, label in enumerate(("benign", "malignant", "malignant")):
        (tmp_path / "set" / label).mkdir(parents=True, exist_ok=True)
        jpeg = draw_jpeg(DrawnLesion(width_px=80, height_px=60, seed=seed))
        (tmp_path / "set" / label / f"{seed}.jpg").write_bytes(jpeg)
    return read_labelled(tmp_path / "set")


def test_a_frame_is_the_decoded_and_resized_file(images: list[LabelledImage]) -> None:
    expected = resize_frame(decode(images[0].path.read_bytes()), RULE)
    assert np.array_equal(load_frame(images[0], RULE), expected)
    assert load_frames(images, RULE).shape == (3, 32, 32, 3)


def test_a_second_run_decodes_nothing(
    images: list[LabelledImage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = load_frames(images, RULE, tmp_path / "cache")
    monkeypatch.setattr(frames_module, "decode", lambda content: pytest.fail("decoded again"))
    assert np.array_equal(load_frames(images, RULE, tmp_path / "cache"), first)
    assert [path.suffix for path in (tmp_path / "cache").iterdir()] == [".npy"]


def test_another_file_order_or_rule_is_decoded_anew(images: list[LabelledImage], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    first = load_frames(images, RULE, cache)
    assert np.array_equal(load_frames(images[::-1], RULE, cache), first[::-1])
    assert load_frames(images, dataclasses.replace(RULE, width_px=48), cache).shape == (3, 32, 48, 3)
    images[0].path.write_bytes(draw_jpeg(DrawnLesion(width_px=80, height_px=60, seed=9)))
    os.utime(images[0].path, ns=(1, 1))
    assert not np.array_equal(load_frames(images, RULE, cache)[0], first[0])


def test_frames_of_an_earlier_decoder_are_decoded_anew(
    images: list[LabelledImage], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames_module, "_DECODER", 1)
    load_frames(images, RULE, tmp_path / "cache")
    monkeypatch.undo()
    load_frames(images, RULE, tmp_path / "cache")
    assert len(list((tmp_path / "cache").iterdir())) == 2


def test_a_broken_training_image_stops_with_its_error(images: list[LabelledImage], tmp_path: Path) -> None:
    images[1].path.write_bytes(images[1].path.read_bytes()[:300])
    with pytest.raises(CorruptImage):
        load_frames(images, RULE, tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
