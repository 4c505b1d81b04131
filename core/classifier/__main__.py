"""`python -m core.classifier FILE...`: assess pictures from a terminal."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from PIL import Image

from core.classifier.classifier import Classifier
from core.domain import Heatmap, LesionImage, Prediction
from core.errors import CorruptImage, ImageRejected, LesionwiseError, PictureGated
from core.gates.as_json import as_json
from core.gates.assess import Gates, assess
from core.imaging.decode import decode
from core.imaging.overlay import overlay_heatmap
from core.settings import Settings

_OPACITY = 0.6
_OVERRIDE = "--override on the command line"
_N_LIKELIEST = 3  # of the differential, on the line of a file


def main(arguments: list[str] | None = None) -> int:
    """Run the command: 0 when all files were scored, 2 when any was rejected or gated, or the network is not usable."""
    options = _parse(arguments)
    settings = Settings.from_environment()
    folder = options.weights or settings.model_folder
    try:
        classifier = Classifier.load(folder, settings.torch_threads)
        gates = Gates.load(folder, classifier.card)
    except LesionwiseError as error:
        print(f"{error} {error.next_step}", file=sys.stderr)
        return 2
    try:
        rows = [_assess(classifier, gates, n, file, options) for n, file in enumerate(options.files)]
    except OSError as error:
        print(f"The heat map could not be written: {error}.", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(rows, indent=2))
    else:
        print("\n".join(_as_line(row) for row in rows))
    return 2 if any("error" in row for row in rows) else 0


def _assess(classifier: Classifier, gates: Gates, n: int, file: Path, options: argparse.Namespace) -> dict[str, Any]:
    try:
        image = decode(_read(file))
        assessment = assess(classifier, gates, image, override_reason=_OVERRIDE if options.override else "")
        if options.heatmap is not None:
            heatmap = classifier.explain(image, classifier.card.heatmap_methods[0])
            _write_heatmap(image, heatmap, options.heatmap, f"{n}_{file.stem}.png")
    except ImageRejected as error:
        print(f"{file}: {error}", file=sys.stderr)
        checks = as_json(error.checks) if isinstance(error, PictureGated) else {}
        return {"file": str(file), "error": str(error), **checks}
    return {"file": str(file), **_as_json(assessment.reading.prediction), **as_json(assessment.checks)}


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CorruptImage(f"This file cannot be read: {error.strerror}.") from error


def _as_json(prediction: Prediction) -> dict[str, Any]:
    model = prediction.model
    differential = {str(kind): probability for kind, probability in prediction.differential.items()}
    return {
        "malignant_probability": prediction.malignant_probability,
        "band": str(prediction.band),
        "operating_threshold": prediction.operating_threshold,
        "model": {"name": model.name, "version": model.version, "weights_sha256": model.weights_sha256},
    } | ({"differential": differential} if differential else {})


def _write_heatmap(image: LesionImage, heatmap: Heatmap, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(overlay_heatmap(image.pixels, heatmap.values, _OPACITY)).save(folder / name)


def _as_line(row: dict[str, Any]) -> str:
    if "error" in row:
        return f"{row['file']}: rejected. {row['error']}"
    return f"{row['file']}: {row['malignant_probability']:.1%} malignant probability, {row['band']}{_likeliest(row)}"


def _likeliest(row: dict[str, Any]) -> str:
    if "differential" not in row:
        return ""
    likeliest = sorted(row["differential"].items(), key=lambda item: item[1], reverse=True)[:_N_LIKELIEST]
    return f"; {', '.join(f'{kind} {probability:.1%}' for kind, probability in likeliest)}"


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.classifier", description=__doc__)
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+")
    parser.add_argument("--weights", type=Path, help="model folder; default: the shipped one")
    parser.add_argument("--heatmap", type=Path, metavar="DIR", help="write <n>_<stem>.png with the heat map laid over")
    parser.add_argument("--override", action="store_true", help="score pictures that a gate holds back, too")
    parser.add_argument("--json", action="store_true", help="one JSON array on stdout and nothing else")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
