"""`python -m core.evaluation maps`: check the heat maps of a network over test images, method by method.

The default method is chosen on validation images, and the figures of the test images are stated as found.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from core.classifier.card import ModelCard, write_card
from core.classifier.card_text import write_card_text
from core.classifier.classifier import Classifier
from core.domain import LesionImage
from core.errors import LesionwiseError
from core.evaluation.json_values import to_json_value
from core.evaluation.maps_measure import check_all_maps, choose_default, summarise, summarise_controls
from core.evaluation.maps_report import MapsReport, write_maps
from core.evaluation.own_images import load_own_images
from core.evaluation.scoring_log import log_scoring
from core.evaluation.sets import EvaluationSet, open_set
from core.imaging.decode import decode
from core.imaging.frame import normalise_frames
from core.settings import Settings
from core.taxonomy import HeatmapMethod

Item = TypeVar("Item")
_N_CHOOSING: Final = 200
_N_RANDOMISED: Final = 20
_SEED: Final = 0


def check_maps(arguments: list[str]) -> int:
    """Run the command, whose arguments these are. Raises LesionwiseError."""
    options = _parse(arguments)
    settings = Settings.from_environment()
    labelled = open_set(options.data, options.set)
    if labelled.is_test and not options.reason:
        raise LesionwiseError("A measurement on test images is logged with its reason.", "Give one with --reason TEXT.")
    classifier = Classifier.load(options.weights, settings.torch_threads)
    validation = _validation_pictures(classifier.card, options.data, settings.cache_root, options.choosing)
    report = measure_maps(classifier, options.weights, labelled, validation, limit=options.limit)
    if labelled.is_test:
        log_scoring(
            options.weights, card=classifier.card, set_name=f"{labelled.name} (maps)", n=report.n, reason=options.reason
        )
    write_maps(report, options.weights)
    if options.update_card:
        card = with_maps(classifier.card, report)
        write_card(card, options.weights)
        write_card_text(card, options.weights)
    sys.stdout.write(json.dumps(to_json_value(report), indent=2) + "\n")
    return 0


def measure_maps(
    classifier: Classifier,
    folder: Path,
    labelled: EvaluationSet,
    validation: Sequence[LesionImage],
    *,
    limit: int | None = None,
) -> MapsReport:
    """All figures: the default from `validation`, the rest over `limit` pictures of a set, drawn with a fixed seed."""
    methods = classifier.card.heatmap_methods
    chosen = choose_default(check_all_maps(classifier, validation, methods))
    pictures = [decode(image.path.read_bytes()) for image in _sample(labelled.images, limit)]
    found = check_all_maps(classifier, pictures, methods)
    return MapsReport(
        model=classifier.card.name,
        weights_sha256=classifier.card.weights_sha256,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        set=labelled.name,
        n=found.n,
        methods=summarise(found),
        controls=summarise_controls(found),
        chosen=str(chosen),
        n_choosing=len(validation),
        randomised=_randomise(folder, classifier, pictures[:_N_RANDOMISED]),
        n_in_set=len(labelled.images),
        seed=_SEED,
    )


def with_maps(card: ModelCard, report: MapsReport) -> ModelCard:
    """The card with the figures among its facts, and the chosen method first, which makes it the default."""
    chosen = HeatmapMethod(report.chosen)
    others = tuple(method for method in card.heatmap_methods if method is not chosen)
    return replace(card, heatmap_methods=(chosen, *others), facts=card.facts | {"maps": to_json_value(report)})


def _randomise(folder: Path, classifier: Classifier, pictures: Sequence[LesionImage]) -> dict[str, float]:
    import torch

    from core.classifier.loading import load_network
    from core.explanations.randomise import compare_maps

    frames = np.stack([classifier.prepare(picture) for picture in pictures])
    return compare_maps(load_network(folder)[0], torch.from_numpy(normalise_frames(frames, classifier.card.frame)))


def _validation_pictures(card: ModelCard, data: Path, cache: Path, n: int) -> list[LesionImage]:
    own = load_own_images(card, data, cache)
    rows = _sample(list(own.split.validation), n)
    return [_to_image(np.asarray(own.frames[row])) for row in rows]


def _to_image(frame: NDArray[np.uint8]) -> LesionImage:
    return LesionImage(pixels=frame, sha256="", format="PNG")


def _sample(items: Sequence[Item], limit: int | None) -> list[Item]:
    if limit is None or limit >= len(items):
        return list(items)
    return [items[i] for i in np.sort(np.random.default_rng(_SEED).choice(len(items), limit, replace=False))]


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation maps", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="model folder, to which maps.json is written")
    parser.add_argument("--data", type=Path, required=True, help="folder of the images that it was trained on")
    parser.add_argument("--set", help="default: the test part; train for a trial that looks at no test image")
    parser.add_argument("--limit", type=int, help="so many pictures, drawn with a fixed seed; default: all")
    parser.add_argument(
        "--choosing", type=int, default=_N_CHOOSING, help="validation pictures that choose the default (default: 200)"
    )
    parser.add_argument("--reason", help="why test images are looked at; for the log (see core.evaluation.scoring_log)")
    parser.add_argument("--update-card", action="store_true", help="put figures and default method into the card")
    return parser.parse_args(arguments)
