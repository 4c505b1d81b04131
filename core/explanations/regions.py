"""Parts of a picture that are covered one at a time: of the lesion where its outline is sure, else of a grid."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.gates.artefacts import SIDE_PX, Mask
from core.gates.outline import Outline

LESION: Final = "the whole lesion"
SKIN: Final = "the skin around it"
_RIM_PX: Final = 9  # round the outline at 224 x 224: a pigmented rim that is left shows the lesion's shape
_SOFT_PX: Final = 3.0  # of the cover's edge: a hard one would be a border of its own
_SKIN_BLUR_PX: Final = 20.0  # wider than any texture of skin, narrower than the fall of light to the rim
_ROWS, _COLUMNS = ("upper", "middle", "lower"), ("left", "middle", "right")


def regions_of(outline: Outline) -> dict[str, Mask]:
    """Masks bool (224, 224) by name: the lesion with its rim, its four quarters and the skin around it; nine fields of
    the picture where the outline is not sure."""
    if not outline.is_sure or outline.is_empty:
        return _grid()
    y, x = np.mgrid[0:SIDE_PX, 0:SIDE_PX]
    rows, columns = np.nonzero(outline.mask)
    is_upper, is_left = y < rows.mean(), x < columns.mean()
    quarters = {
        "its upper left": is_upper & is_left,
        "its upper right": is_upper & ~is_left,
        "its lower left": ~is_upper & is_left,
        "its lower right": ~is_upper & ~is_left,
    }
    lesion = _with_rim(outline)
    return {LESION: lesion, **{name: quarter & lesion for name, quarter in quarters.items()}, SKIN: ~lesion}


def smooth_skin(frame: NDArray[np.uint8], outline: Outline) -> NDArray[np.float32]:
    """What the frame uint8 (H, W, 3) RGB would be without lesion and texture: the blurred skin, carried on inwards."""
    values = frame.astype(np.float32)
    is_skin = _resize((~_with_rim(outline)).astype(np.float32), frame) > 0.5
    typical = np.median(values[is_skin] if is_skin.any() else values.reshape(-1, 3), axis=0)
    weight = is_skin.astype(np.float32)
    spread = _SKIN_BLUR_PX * frame.shape[0] / SIDE_PX
    near, total = (cv2.GaussianBlur(each, (0, 0), spread) for each in (values * weight[..., None], weight))
    little = 1e-3  # of skin in reach: there the typical colour counts
    return np.asarray((near + little * typical) / (total + little)[..., None], dtype=np.float32)


def cover(frame: NDArray[np.uint8], mask: Mask, paint: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The frame uint8 (H, W, 3) with a mask's part replaced, softly at its edge, by `paint` of the same shape."""
    weight = _resize(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), _SOFT_PX), frame)[..., None]
    return np.rint(frame * (1 - weight) + paint * weight).astype(np.uint8)


def _with_rim(outline: Outline) -> Mask:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _RIM_PX + 1, 2 * _RIM_PX + 1))
    return np.asarray(cv2.dilate(outline.mask.astype(np.uint8), disc).astype(bool))


def _resize(values: NDArray[np.float32], frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    size = (frame.shape[1], frame.shape[0])
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def _grid() -> dict[str, Mask]:
    """Nine equal fields, named by row and column; the middle one is "the middle"."""
    third = np.minimum(np.arange(SIDE_PX) * 3 // SIDE_PX, 2)
    names = [[f"{row} {column}".replace("middle middle", "the middle") for column in _COLUMNS] for row in _ROWS]
    return {names[i][j]: (third == i)[:, None] & (third == j)[None, :] for i in range(3) for j in range(3)}
