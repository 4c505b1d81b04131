"""`python -m core.evaluation outlines --data DIR`: a contact sheet of outlined images, to be looked at.

No masks are at hand for the labelled images, so that whether an outline is right is a person's judgement. The sheet
shows patients' lesions: it belongs beside the data, not into the program.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.domain import LesionImage
from core.evaluation.sets import open_set
from core.gates.outline import draw_contour, outline_lesion
from core.imaging.decode import decode
from core.settings import Settings

N_SHOWN: Final = 48
_SEED, _N_COLUMNS, _TILE_PX, _RIM_PX = 0, 8, 224, 6
_SURE, _UNSURE = (255, 255, 255), (230, 159, 0)  # of a tile's rim; orange of the colour-blind-safe palette


def draw_outlines(arguments: list[str]) -> int:
    """Run the command, whose arguments these are. Raises LesionwiseError."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation outlines", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the Kaggle set, or any labelled images")
    parser.add_argument("--set", help="default: the test part")
    parser.add_argument("--out", type=Path, help="PNG to write; default: outlines.png beside the evaluations")
    options = parser.parse_args(arguments)
    labelled = open_set(options.data, options.set)
    places = choose_shown(len(labelled.images))
    images = [decode(labelled.images[i].path.read_bytes()) for i in places]
    out = options.out or Settings.from_environment().home / "evaluations" / "outlines.png"
    out.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(draw_sheet(images)).save(out)
    for n, (i, image) in enumerate(zip(places, images, strict=True)):
        row, column = divmod(n, _N_COLUMNS)
        doubt = outline_lesion(image.pixels).doubt
        sys.stdout.write(f"{row + 1}.{column + 1} {labelled.images[i].name}{f': unsure, {doubt}' if doubt else ''}\n")
    sys.stderr.write(f"written to {out}\n")
    return 0


def choose_shown(n: int) -> list[int]:
    """The places of the images that are shown, of `n`, in their order: the same ones each time."""
    chosen = np.random.default_rng(_SEED).choice(n, min(N_SHOWN, n), replace=False)
    return [int(place) for place in np.sort(chosen)]


def draw_sheet(images: Sequence[LesionImage]) -> NDArray[np.uint8]:
    """RGB uint8 of all images with their outlines, row by row; those whose outline is unsure have an orange rim."""
    tiles = [_tile(image) for image in images]
    blank = np.full_like(tiles[0], 255)
    tiles += [blank] * (-len(tiles) % _N_COLUMNS)
    rows = [np.hstack(tiles[start : start + _N_COLUMNS]) for start in range(0, len(tiles), _N_COLUMNS)]
    return np.vstack(rows)


def _tile(image: LesionImage) -> NDArray[np.uint8]:
    outline = outline_lesion(image.pixels)
    small = cv2.resize(image.pixels, (_TILE_PX, _TILE_PX), interpolation=cv2.INTER_AREA)
    drawn = draw_contour(np.asarray(small, dtype=np.uint8), outline)
    rim = (_RIM_PX,) * 4
    colour = _SURE if outline.is_sure else _UNSURE
    return np.asarray(cv2.copyMakeBorder(drawn, *rim, cv2.BORDER_CONSTANT, value=colour), dtype=np.uint8)
