"""Training's way and serving's way from a file to the network's input are one."""

import io
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.classifier.classifier import Classifier
from core.data.frames import load_frames
from core.data.labelled import read_labelled
from core.domain import LesionImage
from core.evaluation.calibration import calibrate
from core.imaging.decode import decode
from core.imaging.drawn import DrawnLesion, draw_jpeg, draw_lesion
from core.imaging.frame import FrameRule, normalise_frames, resize_frame

RULE = FrameRule(height_px=224, width_px=224, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))


def _large_jpeg() -> bytes:
    """12 megapixels: a drawn lesion, enlarged so that drawing it stays quick."""
    small = Image.fromarray(draw_lesion(DrawnLesion(width_px=800, height_px=600, seed=2)))
    buffer = io.BytesIO()
    small.resize((4000, 3000), Image.Resampling.BICUBIC).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def _turned_jpeg() -> bytes:
    tags = Image.Exif()
    tags[0x0112] = 6
    buffer = io.BytesIO()
    Image.fromarray(draw_lesion(DrawnLesion(centre_x=0.3, seed=3))).save(buffer, "JPEG", exif=tags)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return {"600x450.jpg": draw_jpeg(DrawnLesion(seed=1)), "12mp.jpg": _large_jpeg(), "turned.jpg": _turned_jpeg()}


@pytest.fixture(scope="module")
def folder(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("labelled")
    (root / "malignant").mkdir()
    (root / "benign").mkdir()
    for name, content in files.items():
        (root / "benign" / name).write_bytes(content)
    return root


def test_training_and_serving_give_the_network_the_same_input(
    files: dict[str, bytes], folder: Path, shipped: Classifier
) -> None:
    images = read_labelled(folder)
    trained_on = normalise_frames(load_frames(images, shipped.card.frame), shipped.card.frame)
    for image, expected in zip(images, trained_on, strict=True):
        frame = shipped.prepare(decode(files[image.path.name]))
        assert np.abs(normalise_frames(frame[None], shipped.card.frame)[0] - expected).max() < 1e-4, image.name


def test_training_and_serving_give_the_same_probability(
    files: dict[str, bytes], folder: Path, shipped: Classifier, tmp_path: Path
) -> None:
    images = read_labelled(folder)
    load_frames(images, shipped.card.frame, tmp_path)
    frames = load_frames(images, shipped.card.frame, tmp_path)  # as training reads them the second time
    expected = calibrate(shipped.logits(frames), shipped.card.temperature)
    served = [shipped.predict(decode(files[image.path.name])).malignant_probability for image in images]
    assert np.abs(served - expected).max() < 1e-4


def test_a_turned_picture_is_squashed_upright() -> None:
    image = decode(_turned_jpeg())
    assert (image.width_px, image.height_px) == (450, 600)
    frame = resize_frame(image, RULE)
    dark_row = int(frame.astype(int).sum(axis=(1, 2)).argmin())
    assert dark_row < 100  # the lesion, left in the file, is at the top once the picture stands


def as_image(pixels: NDArray[np.uint8]) -> LesionImage:
    return LesionImage(pixels=pixels, sha256="", format="PNG")


def test_the_whole_frame_is_squashed_and_nothing_is_cropped() -> None:
    pixels = np.zeros((450, 600, 3), dtype=np.uint8)
    pixels[:, :60] = 255  # a tenth at the left edge, which a centre crop would lose
    frame = resize_frame(as_image(pixels), RULE)
    assert frame.shape == (224, 224, 3)
    assert frame[:, :21].min() == 255
    assert frame[:, 25:].max() == 0


def test_a_picture_of_the_right_size_is_left_alone() -> None:
    pixels = draw_lesion(DrawnLesion(width_px=224, height_px=224))
    assert resize_frame(as_image(pixels), RULE) is pixels


def test_a_large_picture_and_its_thumbnail_agree() -> None:
    large = decode(_large_jpeg())
    small = np.asarray(Image.fromarray(large.pixels).resize((800, 600), Image.Resampling.BOX))
    difference = resize_frame(large, RULE).astype(int) - resize_frame(as_image(small), RULE)
    assert np.abs(difference).max() <= 6


def test_normalising_is_standardising_per_channel_and_channels_come_first() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 4, 5, 3)).astype(np.uint8)
    expected = (frames / 255 - RULE.mean) / RULE.std
    values = normalise_frames(frames, RULE)
    assert values.dtype == np.float32
    assert values.flags.c_contiguous
    assert np.abs(values - expected.transpose(0, 3, 1, 2)).max() < 1e-5


def test_the_resampling_is_the_rules() -> None:
    checks = np.kron(np.eye(8, dtype=np.uint8), np.full((8, 8), 255, dtype=np.uint8))
    pixels = np.stack([checks] * 3, axis=2).astype(np.uint8)
    rule = FrameRule(height_px=7, width_px=7, mean=RULE.mean, std=RULE.std, resample="nearest")
    assert set(np.unique(resize_frame(as_image(pixels), rule))) == {0, 255}
