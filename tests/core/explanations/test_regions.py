"""Covering a part changes that part and nothing else; without a sure outline the parts are fields of the picture."""

import numpy as np
import pytest

from core.domain import LesionImage
from core.explanations.regions import LESION, SKIN, cover, regions_of, smooth_skin
from core.gates.outline import Outline, outline_lesion


@pytest.fixture
def outline(lesion: LesionImage) -> Outline:
    found = outline_lesion(lesion.pixels)
    assert found.is_sure
    return found


def test_the_lesion_its_quarters_and_the_skin_make_the_picture(outline: Outline) -> None:
    regions = regions_of(outline)
    quarters = [mask for name, mask in regions.items() if name not in (LESION, SKIN)]
    assert len(quarters) == 4
    assert np.array_equal(np.sum(quarters, axis=0), regions[LESION])
    assert np.array_equal(regions[SKIN], ~regions[LESION])
    assert not (regions[SKIN] & outline.mask).any()


def test_quarters_lie_where_their_names_say(outline: Outline) -> None:
    rows, columns = np.nonzero(regions_of(outline)["its upper left"])
    assert rows.mean() < 112
    assert columns.mean() < 112


def test_without_a_sure_outline_there_are_nine_fields(outline: Outline) -> None:
    fields = regions_of(Outline(outline.mask, "several parts stand out from the skin"))
    assert len(fields) == 9
    assert np.sum(list(fields.values()), axis=0).min() == np.sum(list(fields.values()), axis=0).max() == 1
    assert fields["the middle"][112, 112]
    assert fields["upper left"][0, 0]
    assert fields["lower right"][-1, -1]


def test_a_covered_lesion_is_gone_and_far_skin_untouched(lesion: LesionImage, outline: Outline) -> None:
    frame = lesion.pixels
    covered = cover(frame, regions_of(outline)[LESION], smooth_skin(frame, outline))
    skin = np.median(frame[~outline.mask], axis=0)
    assert np.abs(frame[112, 112] - skin).max() > 60
    assert np.abs(covered[112, 112] - skin).max() < 15
    assert np.array_equal(covered[:20, :20], frame[:20, :20])


def test_covered_skin_leaves_the_lesion(lesion: LesionImage, outline: Outline) -> None:
    covered = cover(lesion.pixels, regions_of(outline)[SKIN], smooth_skin(lesion.pixels, outline))
    assert np.array_equal(covered[100:120, 100:120], lesion.pixels[100:120, 100:120])
    assert covered[:20, :20].std() < lesion.pixels[:20, :20].std()


def test_frames_of_another_size_are_covered_at_the_same_place(lesion: LesionImage, outline: Outline) -> None:
    larger = np.kron(lesion.pixels, np.ones((2, 2, 1), dtype=np.uint8))
    covered = cover(larger, regions_of(outline)[LESION], smooth_skin(larger, outline))
    assert covered.shape == (448, 448, 3)
    assert np.abs(covered[224, 224].astype(int) - np.median(larger[:40, :40], axis=(0, 1))).max() < 25
