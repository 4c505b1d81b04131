"""Flags what lies over a lesion: hair, ruler, ink, bubbles by a small network, dark corners by their blackness.

The network is trained by `core.gates.artefact_training` and marks cells of 4 x 4 px of the picture at 224 x 224. What
is flagged is what takes more of the picture than a limit that was set on validation pictures.
"""

import json
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from core.domain import ArtefactFlag
from core.errors import WeightsMissing
from core.taxonomy import Artefact

SIDE_PX: Final = 224
CELL_PX: Final = 4
DRAWN: Final = (Artefact.HAIR, Artefact.RULER, Artefact.INK, Artefact.BUBBLES)
"""What the network tells apart, in the order of its output."""
FOLDER: Final = "artefacts"
NETWORK_FILE: Final = "network.onnx"
_LIMITS_FILE: Final = "limits.json"
_MAX_DARK, _MAX_DARK_SHARE = 70.0, 0.5  # grey levels, and share of the picture's median, below which a corner is black
_MIN_CORNERS = 2  # a lesion may reach one corner; the round field leaves several dark
_MAX_BLACK_SHARE: Final = 0.17  # of the median: 7% of 400 validation pictures have three such corners, 97% if drawn
_MIN_BLACK_CORNERS, _TIP_PX = 3, 3

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Limit:
    """From which probability a cell counts as marked, and the share of the picture above which that is flagged."""

    cut: float
    share: float


Limits = dict[Artefact, Limit]


@dataclass(frozen=True, slots=True, eq=False)
class FoundArtefact:
    """One artefact: its pixels bool (224, 224), and the share of the picture that it takes."""

    mask: Mask
    share: float


class ArtefactFinder:
    """The small network with its limits. Safe to share between threads."""

    def __init__(self, network: bytes, limits: Limits) -> None:
        import onnxruntime  # 0.4 s to import, so only where artefacts are looked for

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._lock = threading.Lock()
        self._limits = limits

    @property
    def limits(self) -> Limits:
        """From where each artefact is flagged."""
        return self._limits

    @classmethod
    def load(cls, folder: Path, *, are_limits_known: bool = True) -> "ArtefactFinder":
        """Read network and limits. Raises WeightsMissing."""
        path = folder / NETWORK_FILE
        if not path.is_file():
            raise WeightsMissing("The network that marks artefacts is not installed.")
        return cls(path.read_bytes(), read_limits(folder) if are_limits_known else dict.fromkeys(Artefact, Limit(1, 1)))

    def find(self, pixels: NDArray[np.uint8]) -> dict[Artefact, FoundArtefact]:
        """Look for each artefact in RGB uint8 (H, W, 3)."""
        small = shrink(pixels)
        cuts = np.array([self._limits[artefact].cut for artefact in DRAWN], dtype=np.float32)
        cells = self.probabilities(small) > cuts[:, None, None]  # (4, 56, 56)
        masks = dict(zip(DRAWN, cells.repeat(CELL_PX, axis=1).repeat(CELL_PX, axis=2), strict=True))
        masks[Artefact.DARK_CORNERS] = find_dark_corners(small) & has_black_corners(small)
        return {artefact: FoundArtefact(masks[artefact], float(masks[artefact].mean())) for artefact in Artefact}

    def probabilities(self, small: NDArray[np.uint8]) -> NDArray[np.float32]:
        """How likely each cell of RGB uint8 (224, 224, 3) shows each of DRAWN: (4, 56, 56) in [0, 1]."""
        with self._lock:
            [probabilities] = self._session.run(None, {"frames": small[None]})
        return np.asarray(probabilities[0])

    def flag(self, found: dict[Artefact, FoundArtefact]) -> tuple[ArtefactFlag, ...]:
        """Each artefact with its share, and whether that is more than its limit."""
        return tuple(
            ArtefactFlag(artefact, each.share, each.share > self._limits[artefact].share)
            for artefact, each in found.items()
        )

    def names(self, pixels: NDArray[np.uint8]) -> tuple[str, ...]:
        """What is flagged in RGB uint8 (H, W, 3)."""
        return tuple(str(flag.artefact) for flag in self.flag(self.find(pixels)) if flag.is_flagged)


def shrink(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """RGB uint8 (H, W, 3) at the size that is looked at, (224, 224, 3)."""
    return np.asarray(cv2.resize(pixels, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA))


def find_dark_corners(small: NDArray[np.uint8]) -> Mask:
    """Black that reaches into at least two corners of RGB uint8 (224, 224, 3)."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    is_dark = grey < min(_MAX_DARK, _MAX_DARK_SHARE * float(np.median(grey)))
    _, labels = cv2.connectedComponents(is_dark.astype(np.uint8))
    end = SIDE_PX - 1
    in_corners = [int(labels[tip]) for tip in ((0, 0), (0, end), (end, 0), (end, end)) if labels[tip]]
    if len(in_corners) < _MIN_CORNERS:
        return np.zeros_like(is_dark)
    return np.asarray(np.isin(labels, in_corners))


def has_black_corners(small: NDArray[np.uint8]) -> bool:
    """Whether at least three corners of RGB uint8 (224, 224, 3) are nearly black: the round field's, not mere shade."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    near, far = slice(None, _TIP_PX), slice(-_TIP_PX, None)
    darkest = [float(grey[rows, columns].min()) for rows in (near, far) for columns in (near, far)]
    return sum(tip <= _MAX_BLACK_SHARE * float(np.median(grey)) for tip in darkest) >= _MIN_BLACK_CORNERS


def write_limits(limits: Limits, folder: Path) -> None:
    """Write the limits beside the network."""
    text = json.dumps({str(artefact): asdict(limit) for artefact, limit in limits.items()}, indent=2)
    (folder / _LIMITS_FILE).write_text(text + "\n", encoding="utf-8")


def read_limits(folder: Path) -> Limits:
    """What `write_limits` wrote. Raises WeightsMissing."""
    path = folder / _LIMITS_FILE
    if not path.is_file():
        raise WeightsMissing("The limits of the artefact flags are not installed.")
    kept = json.loads(path.read_text(encoding="utf-8"))
    return {Artefact(name): Limit(float(values["cut"]), float(values["share"])) for name, values in kept.items()}
