"""`python -m core.evaluation --weights weights/NAME --data DIR`: measure one network on labelled images.
`python -m core.evaluation compare weights/A weights/B --data DIR`: the paired difference of two.
`python -m core.evaluation gates`: refit the gates of a network, and measure them.
`python -m core.evaluation reference weights/NAME --data DIR`: what drift is measured against, from validation.
`python -m core.evaluation similar weights/NAME --data DIR`: the training images, to be found beside similar cases.
`python -m core.evaluation maps --weights weights/NAME --data DIR`: heat maps checked, method by method.
`python -m core.evaluation outlines --data DIR`: a contact sheet of outlined test images, to be looked at."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core.classifier.card import write_card
from core.classifier.card_text import write_card_text
from core.classifier.classifier import Classifier
from core.errors import LesionwiseError
from core.evaluation.card_facts import TEST, with_test_figures
from core.evaluation.compare import ModelComparison, compare_models
from core.evaluation.evaluate import evaluate
from core.evaluation.json_values import to_json_value
from core.evaluation.own_images import load_own_images
from core.evaluation.predictions import write_predictions
from core.evaluation.reference import measure_reference, write_reference
from core.evaluation.report import render_comparison, render_evaluation
from core.evaluation.results import Evaluation, read_evaluation, write_evaluation
from core.evaluation.scoring_log import NO_REASON, log_scoring
from core.evaluation.sets import HAM_SETS, EvaluationSet, open_set
from core.settings import Settings

if TYPE_CHECKING:
    from core.gates.artefacts import ArtefactFinder


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, or 2 with a sentence on stderr."""
    arguments = sys.argv[1:] if arguments is None else arguments
    commands = {
        "compare": _print_comparison,
        "gates": _refit_gates,
        "reference": _write_reference,
        "similar": _index_training,
        "maps": _check_maps,
        "outlines": _draw_outlines,
    }
    try:
        command = commands.get(arguments[0]) if arguments else None
        return command(arguments[1:]) if command else _print_evaluation(arguments)
    except LesionwiseError as error:
        print(f"{error} {error.next_step}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"A file could not be read or written: {error}", file=sys.stderr)
        return 2


def run(options: argparse.Namespace) -> Evaluation:
    """Score, measure, log, and write the files that the options ask for. Raises LesionwiseError."""
    settings = Settings.from_environment()
    labelled = open_set(options.data, options.set)
    if options.write_beside_weights or options.update_card:
        _require_publishable(options, labelled)
    classifier = Classifier.load(options.weights, settings.torch_threads)
    evaluation, predictions = evaluate(
        scorer=classifier,
        labelled=labelled,
        cache=settings.cache_root,
        with_robustness=options.robustness,
        artefacts=_load_artefact_finder(settings),
    )
    if labelled.is_test:
        is_published = options.write_beside_weights or options.update_card
        log = options.weights if is_published else settings.home / "evaluations"
        reason = options.reason or NO_REASON
        log_scoring(log, card=classifier.card, set_name=labelled.name, n=evaluation.whole.n, reason=reason)
    own = options.out or settings.home / "evaluations" / classifier.card.name / labelled.name
    for folder in [own, _beside(options.weights, labelled)] if options.write_beside_weights else [own]:
        write_evaluation(evaluation, folder)
        write_predictions(predictions.rows, folder)
    if options.update_card:
        card = with_test_figures(classifier.card, evaluation)
        write_card(card, options.weights)
        write_card_text(card, options.weights)
    print(f"written to {own}", file=sys.stderr)
    return evaluation


def run_comparison(options: argparse.Namespace) -> ModelComparison:
    """Score the set by both networks, log that, and compare. Raises LesionwiseError."""
    settings = Settings.from_environment()
    labelled = open_set(options.data, options.set)
    first, second = (Classifier.load(folder, settings.torch_threads) for folder in (options.first, options.second))
    comparison = compare_models(first=first, second=second, labelled=labelled, cache=settings.cache_root)
    for classifier in (first, second) if labelled.is_test else ():
        n, reason = comparison.parts["whole"].difference.n, options.reason or "comparison"
        log_scoring(settings.home / "evaluations", card=classifier.card, set_name=labelled.name, n=n, reason=reason)
    return comparison


def _load_artefact_finder(settings: Settings) -> "ArtefactFinder | None":
    from core.gates.artefacts import FOLDER, ArtefactFinder

    folder = settings.weights_root / FOLDER
    return ArtefactFinder.load(folder) if folder.is_dir() else None


def _refit_gates(arguments: list[str]) -> int:
    from core.evaluation.gates import refit_gates  # OpenCV and scikit-learn, for this command alone

    return refit_gates(arguments)


def _index_training(arguments: list[str]) -> int:
    from core.evaluation.training_index import index_training

    return index_training(arguments)


def _draw_outlines(arguments: list[str]) -> int:
    from core.evaluation.outlines import draw_outlines  # OpenCV, for this command alone

    return draw_outlines(arguments)


def _check_maps(arguments: list[str]) -> int:
    from core.evaluation.maps import check_maps  # OpenCV and torch, for this command alone

    return check_maps(arguments)


def _print_evaluation(arguments: list[str]) -> int:
    options = _parse(arguments)
    evaluation = run(options)
    for item in evaluation.rejected:
        print(f"not scored: {item.file}: {item.reason}", file=sys.stderr)
    if evaluation.rejected:
        n_given = evaluation.whole.n + len(evaluation.rejected)
        print(f"{len(evaluation.rejected)} of {n_given} files were not scored", file=sys.stderr)
    print(json.dumps(evaluation.as_json(), ensure_ascii=False) if options.json else render_evaluation(evaluation))
    return 0


def _print_comparison(arguments: list[str]) -> int:
    options = _parse_comparison(arguments)
    comparison = run_comparison(options)
    print(json.dumps(to_json_value(comparison), ensure_ascii=False) if options.json else render_comparison(comparison))
    return 0


def _write_reference(arguments: list[str]) -> int:
    """The distributions of scores, embeddings and pictures over the network's own validation images."""
    parser = argparse.ArgumentParser(prog="python -m core.evaluation reference", description=_write_reference.__doc__)
    parser.add_argument("weights", type=Path, help="model folder")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the images it was trained on")
    options = parser.parse_args(arguments)
    settings = Settings.from_environment()
    classifier = Classifier.load(options.weights, settings.torch_threads)
    own = load_own_images(classifier.card, options.data, settings.cache_root)
    rows = list(own.split.validation)
    path = write_reference(measure_reference(classifier, own.frames[rows], own.is_malignant[rows]), options.weights)
    print(f"{len(rows)} validation images; written to {path}", file=sys.stderr)
    return 0


def _require_publishable(options: argparse.Namespace, labelled: EvaluationSet) -> None:
    """Raises LesionwiseError where figures are not to be kept with the weights and their card."""
    if labelled.is_training:
        raise LesionwiseError(
            f"{labelled.name} holds images that networks are trained on or chosen by: figures of them are no test.",
            "Measure it without --write-beside-weights and --update-card.",
        )
    if labelled.is_test and not options.reason:
        raise LesionwiseError(
            "A measurement on test images that is written beside the weights is logged with its reason.",
            "Give one with --reason TEXT.",
        )
    kept = read_evaluation(options.weights)
    if not labelled.is_test and kept is not None and kept.set_name == TEST:
        raise LesionwiseError(
            f"Figures of {labelled.name} would take the place of those of the test images.",
            "Without --write-beside-weights and --update-card they join the performance page as a column of their own.",
        )


def _beside(weights: Path, labelled: EvaluationSet) -> Path:
    """The model folder; parts of the further HAM10000 images get a folder of their own in it."""
    return weights / labelled.name if labelled.name in HAM_SETS else weights


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m core.evaluation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--weights", type=Path, required=True, help="model folder, for example weights/NAME")
    _add_set(parser)
    parser.add_argument("--out", type=Path, help="default: LESIONWISE_HOME/evaluations/<model>/<set>")
    parser.add_argument("--robustness", action="store_true", help="also score 13 changes of every image")
    parser.add_argument("--update-card", action="store_true", help="put the main figures into the model card")
    parser.add_argument(
        "--write-beside-weights", action="store_true", help="also write metrics.json and predictions.csv there"
    )
    return parser.parse_args(arguments)


def _parse_comparison(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation compare", description=run_comparison.__doc__)
    parser.add_argument("first", type=Path, help="model folder")
    parser.add_argument("second", type=Path, help="model folder that is subtracted")
    _add_set(parser)
    return parser.parse_args(arguments)


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True,
        help="folder with benign/ and malignant/, CSV with file,malignant, or folder of the Kaggle set",
    )  # fmt: skip
    parser.add_argument(
        "--set",
        help="name for the results; of the Kaggle set, the part (default: test); or ham10000-extra-test, -validation",
    )
    parser.add_argument("--reason", help="why test images are scored; for the log (see core.evaluation.scoring_log)")
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")


if __name__ == "__main__":
    sys.exit(main())
