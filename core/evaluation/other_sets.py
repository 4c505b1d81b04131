"""Results of `python -m core.evaluation` on further sets, kept in the user's own folder or beside the weights."""

from contextlib import suppress
from pathlib import Path

from core.classifier.card import ModelCard
from core.errors import DataFolderInvalid
from core.evaluation.results import METRICS_FILE, Evaluation, read_evaluation
from core.evaluation.sets import HAM_SETS


def find_other_sets(card: ModelCard, *, shipped: Path, home: Path, main_set: str) -> dict[str, Evaluation]:
    """Evaluations of exactly these weights on other sets than `main_set`, by the name of the set; parts of the further
    HAM10000 images come first.

    `shipped` is the model's folder, with a folder for each further set; `home` that of the practice's own runs. Of two
    of one set the later counts. What cannot be read is left out: `make evaluate` writes it again.
    """
    found: dict[str, Evaluation] = {}
    for path in (*shipped.glob(f"*/{METRICS_FILE}"), *(home / "evaluations" / card.name).glob(f"*/{METRICS_FILE}")):
        with suppress(DataFolderInvalid):
            evaluation = read_evaluation(path.parent)
            if evaluation and evaluation.weights_sha256 == card.weights_sha256 and evaluation.set_name != main_set:
                known = found.get(evaluation.set_name)
                if known is None or known.measured_at < evaluation.measured_at:
                    found[evaluation.set_name] = evaluation
    return dict(sorted(found.items(), key=lambda item: (item[0] not in HAM_SETS, item[0])))
