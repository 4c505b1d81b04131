"""`python -m core.evaluation gates`: refit the gates of a network, measure them, and write the figures into its card.

Nothing of what is measured was fitted on: the test images, and the pictures of `out-of-scope/` but the first 75
everyday ones. Each run is logged. Figures of earlier runs did lead to other ways of fitting: decisions 21, 31 and 33.
"""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from core.classifier.card_text import write_card_text
from core.classifier.classifier import Classifier
from core.data.labelled import read_kaggle
from core.errors import DataFolderInvalid
from core.evaluation.gates_fit import (
    OutOfScope,
    fit_artefacts,
    fit_heat,
    fit_scope,
    read_out_of_scope,
    see,
)
from core.evaluation.gates_measure import (
    check_all,
    measure_caught,
    measure_dice,
    measure_doubts,
    measure_flags,
    measure_heat_shares,
    measure_stability,
    rejected,
)
from core.evaluation.gates_report import GatesReport, count, write_gates
from core.evaluation.json_values import to_json_value
from core.evaluation.reference import read_reference
from core.evaluation.scoring_log import log_scoring
from core.gates.artefacts import FOLDER
from core.gates.assess import Gates
from core.gates.heat import write_heat_limits
from core.gates.scope import write_scope_head
from core.imaging.decode import decode
from core.settings import Settings
from core.training.data import TrainingData, load_training_data
from core.training.recipe import Recipe, TrainingSet
from core.training.unmet import unmet_validation

_N_DRAWN_OUTLINES, _N_FLAGGED, _N_CHANGED = 200, 200, 60
_SEED: Final = 0


def refit_gates(arguments: list[str]) -> int:
    """Run the command, whose arguments these are. Raises LesionwiseError."""
    options, begun = _parse(arguments), time.monotonic()
    settings = Settings.from_environment()
    folder = options.weights or settings.model_folder
    data = options.data or settings.data
    if data is None:
        raise DataFolderInvalid("The gates are fitted on labelled images, and no folder of them is given.")
    classifier = Classifier.load(folder, settings.torch_threads)
    others = read_out_of_scope(data)
    training = load_training_data(data, _recipe(classifier), settings.cache_root)
    unmet = unmet_validation(training, data, _recipe(classifier))
    gates = fit_gates(classifier, folder, training, unmet, others)
    if options.fit_only:
        return 0
    report = measure_gates(classifier, gates, data, others, read_reference(folder))
    for kind, n in _scored(report).items():
        log_scoring(folder, card=classifier.card, set_name=f"gates: {kind}", n=n, reason=options.reason)
    write_gates(report, folder)
    write_card_text(classifier.card, folder)
    sys.stdout.write(json.dumps(to_json_value(report), indent=2) + "\n")
    sys.stderr.write(f"{time.monotonic() - begun:.0f} s\n")
    return 0


def fit_gates(
    classifier: Classifier, folder: Path, data: TrainingData, unmet: Sequence[int], others: OutOfScope
) -> Gates:
    """Fit the scope head and the heat limits of the network in `folder`, and write both there; and set the limits of
    the artefact flags, which serve all networks, beside it. `unmet` are the rows of validation images that no network
    was trained on: the scope head's threshold comes from them."""
    card = classifier.card
    fit_artefacts(folder.parent / FOLDER, data)
    write_scope_head(fit_scope(classifier, data, unmet, others), folder, card)
    write_heat_limits(fit_heat(classifier, Gates.load(folder, card), data), folder, card.weights_sha256)
    return Gates.load(folder, card)


def measure_gates(
    classifier: Classifier, gates: Gates, data: Path, others: OutOfScope, reference: dict[str, Any] | None
) -> GatesReport:
    """All figures, on pictures that nothing was fitted on; `reference` is the content of the network's
    reference.json."""
    assert gates.scope is not None
    test = [decode(image.path.read_bytes()) for image in read_kaggle(data, "test")]
    checked = check_all(classifier, gates, test)
    chosen = np.random.default_rng(_SEED).choice(len(test), _N_FLAGGED, replace=False)
    drawn_on = [test[i].pixels for i in chosen]
    kinds = {"everyday photographs": others.everyday, "clinical photographs of skin": others.clinical}
    outside = {kind: see(classifier, np.stack([*map(classifier.prepare, images)])) for kind, images in kinds.items()}
    return GatesReport(
        model=classifier.card.name,
        weights_sha256=classifier.card.weights_sha256,
        measured_at=datetime.now(UTC).isoformat(timespec="seconds"),
        scope_threshold=gates.scope.threshold,
        quality_rejected={"test images": count([not checks.quality.is_accepted for checks in checked.checks])},
        quality_caught=measure_caught(drawn_on),
        scope_rejected={kind: rejected(gates.scope, seen) for kind, seen in outside.items()}
        | {"test images": count([not c.scope.is_in_scope for c in checked.checks if c.scope])},
        artefacts=measure_flags(gates.artefacts, drawn_on) if gates.artefacts else {},
        artefact_limits={str(a): asdict(of) for a, of in gates.artefacts.limits.items()} if gates.artefacts else {},
        outline_dice=float(measure_dice(_N_DRAWN_OUTLINES).mean()),
        outline_n_drawn=_N_DRAWN_OUTLINES,
        outline_sure=count([bool(c.measures and c.measures.is_sure) for c in checked.checks]),
        heat=measure_heat_shares(checked, gates.heat),
        doubts=measure_doubts(checked, reference),
        stable=measure_stability(classifier, [test[i] for i in chosen[:_N_CHANGED]]),
    )


def _scored(report: GatesReport) -> dict[str, int]:
    """How many pictures of each set the gates were measured on."""
    return {kind: share.n for kind, share in report.scope_rejected.items()}


def _recipe(classifier: Classifier) -> Recipe:
    return Recipe(training_set=TrainingSet.CLINIC, input_px=classifier.card.frame.width_px)


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.evaluation gates", description=__doc__)
    parser.add_argument("--weights", type=Path, help="model folder; default: the one in use")
    parser.add_argument("--data", type=Path, help="folder of labelled images; default: LESIONWISE_DATA")
    parser.add_argument("--reason", default="gates refitted", help="for the log of test images")
    parser.add_argument("--fit-only", action="store_true", help="measure nothing, and look at no test picture")
    return parser.parse_args(arguments)
