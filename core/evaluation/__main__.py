"""`python -m core.evaluation --weights weights/NAME --data DIR`: measure one network on labelled images."""

import argparse
import json
import sys
from pathlib import Path

from core.classifier.card import write_card
from core.classifier.card_text import write_card_text
from core.classifier.classifier import Classifier
from core.errors import LesionwiseError
from core.evaluation.card_facts import with_test_figures
from core.evaluation.evaluate import evaluate
from core.evaluation.predictions import write_predictions
from core.evaluation.results import Evaluation, SetFigures, write_evaluation
from core.evaluation.sets import open_set
from core.settings import Settings

_PERCENT = ("accuracy", "sensitivity", "specificity", "precision", "f1")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, or 2 with a sentence on stderr."""
    options = _parse(arguments)
    try:
        evaluation = run(options)
    except LesionwiseError as error:
        print(f"{error} {error.next_step}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"A file could not be read or written: {error}", file=sys.stderr)
        return 2
    for item in evaluation.rejected:
        print(f"not scored: {item.file}: {item.reason}", file=sys.stderr)
    if evaluation.rejected:
        print(f"{len(evaluation.rejected)} of {_n_given(evaluation)} files were not scored", file=sys.stderr)
    print(json.dumps(evaluation.as_json(), ensure_ascii=False) if options.json else _table(evaluation))
    return 0


def run(options: argparse.Namespace) -> Evaluation:
    """Score, measure, and write the files that the options ask for. Raises LesionwiseError."""
    settings = Settings.from_environment()
    labelled = open_set(options.data, options.set)
    classifier = Classifier.load(options.weights, settings.torch_threads)
    evaluation, predictions = evaluate(scorer=classifier, labelled=labelled, cache=settings.cache_root)
    own = options.out or settings.home / "evaluations" / classifier.card.name / labelled.name
    for folder in [own, options.weights] if options.write_beside_weights else [own]:
        write_evaluation(evaluation, folder)
        write_predictions(predictions.rows, folder)
    if options.update_card:
        card = with_test_figures(classifier.card, evaluation)
        write_card(card, options.weights)
        write_card_text(card, options.weights)
    print(f"written to {own}", file=sys.stderr)
    return evaluation


def _table(evaluation: Evaluation) -> str:
    parts = {
        f"{evaluation.set_name}": evaluation.whole,
        "same source (HAM10000)": evaluation.same_source,
        "without repeats of the train part": evaluation.without_repeats,
    }
    blocks = [_block(name, figures) for name, figures in parts.items() if figures]
    return "\n\n".join([*blocks, *evaluation.about.statement(), evaluation.threshold_note])


def _block(name: str, figures: SetFigures) -> str:
    lines = [f"{name}: {figures.n} images, {figures.n_malignant} malignant"]
    lines += [f"  {key:<18} {figure.as_text(4)}" for key, figure in figures.ranking.items()]
    for at in (figures.at_operating_point, figures.at_half):
        lines.append(f"  at {at.threshold:.4f}")
        lines += [f"    {key:<16} {at.figures[key].as_percent(1)}" for key in _PERCENT]
    return "\n".join(lines)


def _n_given(evaluation: Evaluation) -> int:
    return evaluation.whole.n + len(evaluation.rejected)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation", description=__doc__)
    parser.add_argument("--weights", type=Path, required=True, help="model folder, for example weights/NAME")
    parser.add_argument(
        "--data", type=Path, required=True,
        help="folder with benign/ and malignant/, CSV with file,malignant, or folder of the Kaggle set",
    )  # fmt: skip
    parser.add_argument("--set", help="name for the results; of the Kaggle set, the part (default: test)")
    parser.add_argument("--out", type=Path, help="default: LESIONWISE_HOME/evaluations/<model>/<set>")
    parser.add_argument("--json", action="store_true", help="print one JSON object on stdout and nothing else")
    parser.add_argument("--update-card", action="store_true", help="put the main figures into the model card")
    parser.add_argument(
        "--write-beside-weights", action="store_true", help="also write metrics.json and predictions.csv there"
    )
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
