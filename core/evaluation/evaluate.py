"""A network and a set of labelled images to figures with intervals."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from core import APP_VERSION
from core.classifier.card import ModelCard
from core.data.labelled import hash_of_list
from core.evaluation.about_set import Repeats, describe_set, find_repeats
from core.evaluation.bootstrap import N_DRAWS
from core.evaluation.calibration import calibrate
from core.evaluation.further import measure_further
from core.evaluation.measure_set import measure_set
from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.predictions import Predictions, to_row
from core.evaluation.results import BandCount, Evaluation, SetFigures
from core.evaluation.scorer import Scorer, score_all
from core.evaluation.sets import EvaluationSet, ReadableSet, read_frames
from core.imaging.quality import sharpness
from core.taxonomy import Band

if TYPE_CHECKING:
    from core.gates.artefacts import ArtefactFinder

_THRESHOLD_NOTE = (
    "The operating point was fixed on validation images before this set was scored and is stored in the model card; "
    "0.5 is given for comparison with published work. Intervals: 95%, {n_draws} bootstrap draws, stratified by class "
    "and grouped by lesion where the lesion is known; Wilson's for a share of exactly 0 or 1, on which all draws agree."
)


def evaluate(
    *,
    scorer: Scorer,
    labelled: EvaluationSet,
    cache: Path | None = None,
    with_robustness: bool = False,
    n_draws: int = N_DRAWS,
    artefacts: "ArtefactFinder | None" = None,
) -> tuple[Evaluation, Predictions]:
    """Score every readable image of the set and measure the result.

    Robustness costs 13 more passes; `artefacts` names what lies over each lesion. Raises DataFolderInvalid where no
    image can be read.
    """
    card = scorer.card
    readable = read_frames(labelled.images, card.frame, cache)
    repeats = _repeats(labelled, readable, card, cache)
    predictions = predict_set(scorer, readable, repeats, artefacts)
    evaluation = Evaluation(
        set_name=labelled.name,
        file_list_sha256=hash_of_list(readable.images),
        weights_sha256=card.weights_sha256,
        model={"name": card.name, "version": card.version, "architecture": card.architecture},
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        app_version=APP_VERSION,
        threshold_note=_THRESHOLD_NOTE.format(n_draws=f"{n_draws:,}"),
        whole=measure_set(predictions, card.refer_threshold, n_draws),
        same_source=_measure_part(predictions.same_source(), predictions, card, n_draws),
        without_repeats=_measure_part(predictions.without_repeats(), predictions, card, n_draws),
        bands=count_bands(predictions, OperatingPoints(card.refer_threshold, card.no_concern_threshold)),
        about=describe_set(readable.images, repeats, is_left_out_of_training=leaves_out_test(card, labelled)),
        rejected=readable.rejected,
        further=measure_further(scorer, readable, predictions, repeats, n_draws, with_robustness=with_robustness),
    )
    return evaluation, predictions


def count_bands(predictions: Predictions, points: OperatingPoints) -> dict[str, BandCount]:
    """How many images, and how many malignant ones, fall into each band; an empty band is counted as 0."""
    labels: dict[Band, list[bool]] = {band: [] for band in Band}
    for row in predictions.rows:
        labels[band_of(row.malignant_probability, points)].append(row.malignant)
    return {band.value: BandCount(len(found), sum(found)) for band, found in labels.items()}


def predict_set(
    scorer: Scorer,
    readable: ReadableSet,
    repeats: Repeats | None = None,
    artefacts: "ArtefactFinder | None" = None,
) -> Predictions:
    """Score every image once, and join the scores with what is known of the images."""
    logits = score_all(scorer, readable.frames)
    probability = calibrate(logits, scorer.card.temperature)
    unknown = [None] * len(logits)
    seen = repeats.is_any.tolist() if repeats else unknown
    in_train = repeats.is_lesion_seen.tolist() if repeats else unknown
    rows = zip(readable.images, readable.frames, probability.tolist(), logits.tolist(), seen, in_train, strict=True)
    return Predictions(
        tuple(
            to_row(
                image,
                probability=p,
                logit=logit,
                repeats_train=is_seen,
                lesion_in_train=is_in_train,
                sharpness=sharpness(frame),
                artefacts="; ".join(artefacts.names(frame)) if artefacts else None,
            )
            for image, frame, p, logit, is_seen, is_in_train in rows
        )
    )


def leaves_out_test(card: ModelCard, labelled: EvaluationSet) -> bool:
    """Whether the network's training left out what the train part shows of this set's lesions and pictures."""
    return labelled.is_test and bool(card.facts.get("training_data", {}).get("left_out_because_of_the_test_part"))


def _repeats(labelled: EvaluationSet, readable: ReadableSet, card: ModelCard, cache: Path | None) -> Repeats | None:
    if labelled.train is None:
        return None
    train = read_frames(labelled.train, card.frame, cache)
    return find_repeats(readable.images, readable.frames, train.images, train.frames)


def _measure_part(part: Predictions, whole: Predictions, card: ModelCard, n_draws: int) -> SetFigures | None:
    """None where the part is empty, or is the whole and would only say the same again."""
    if len(part.rows) in (0, len(whole.rows)):
        return None
    return measure_set(part, card.refer_threshold, n_draws)
