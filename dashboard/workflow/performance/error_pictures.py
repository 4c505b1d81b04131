"""The pictures of the worst errors for paper: small, each beside itself under its heat map."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from core.domain import Heatmap, LesionImage
from core.errors import DataFolderInvalid, ImageRejected, LesionwiseError
from core.evaluation.error_pictures import find_pictures
from core.evaluation.predictions import ScoredImage
from core.evaluation.results import Evaluation
from core.imaging.decode import decode
from core.imaging.overlay import overlay_heatmap

_SIDE_PX = 240  # 27 mm at 225 dots per inch
_OPACITY = 0.6
_QUALITY = 85
NO_FOLDER = "The pictures are left out: this app was not told where the labelled images are."
OTHER_LIST = "The folder of labelled images holds another list of files than the one measured."


@dataclass(frozen=True, slots=True)
class ErrorPictures:
    """JPEG files by the image's name, those whose heat map is empty, and what is to be said of the others."""

    by_file: Mapping[str, bytes] = field(default_factory=dict)
    without_heat: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


def draw_error_pictures(
    *,
    data: Path | None,
    evaluation: Evaluation,
    rows: Sequence[ScoredImage],
    explain: Callable[[LesionImage], Heatmap],
) -> ErrorPictures:
    """The pictures behind these rows, as far as the folder of labelled images has them; a note says what is missing."""
    if data is None:
        return ErrorPictures(notes=(NO_FOLDER,))
    try:
        found = find_pictures(data, evaluation, rows)
    except DataFolderInvalid as error:
        return ErrorPictures(notes=(f"The pictures are left out. {error}",))
    notes = () if found.is_same_list else (OTHER_LIST,)
    drawn, without_heat = {}, set()
    for name, image in found.images.items():
        try:
            picture = decode(image.path.read_bytes())
            heatmap = explain(picture)
        except (ImageRejected, OSError):
            continue
        except LesionwiseError as error:  # the network cannot be loaded: nor for the next picture
            return ErrorPictures(notes=(*notes, f"The pictures are left out. {error}"))
        drawn[name] = _draw(picture, heatmap)
        if not heatmap.values.any():
            without_heat.add(name)
    missing = len(rows) - len(drawn)
    said = (f"{missing} of the {len(rows)} pictures cannot be found or read.",) if missing else ()
    return ErrorPictures(drawn, frozenset(without_heat), (*notes, *said))


def _draw(picture: LesionImage, heatmap: Heatmap) -> bytes:
    """The picture and, to its right, the same under its map: a JPEG without metadata."""
    halves = picture.pixels, overlay_heatmap(picture.pixels, heatmap.values, _OPACITY)
    small = [Image.fromarray(pixels) for pixels in halves]
    for each in small:
        each.thumbnail((_SIDE_PX, _SIDE_PX), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    beside = np.concatenate([np.asarray(each) for each in small], axis=1)
    Image.fromarray(beside).save(buffer, "JPEG", quality=_QUALITY, subsampling=0)
    return buffer.getvalue()
