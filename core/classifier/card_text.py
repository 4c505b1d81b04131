"""The model card for people, in Markdown, from the same values as the card for the program."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from core.classifier.card import ModelCard
from core.classifier.card_figures import figures_of_test, further_of_test, parts_of_test
from core.classifier.card_maps import render_maps
from core.data.audit_file import AUDIT_FILE, read_audit
from core.data.audit_findings import findings
from core.evaluation.ablations import (
    ABLATION_COLUMNS,
    Ablation,
    AblationColumn,
    baseline_of,
    missing_note,
    paired_tests,
    read_ablations,
)
from core.evaluation.gates_report import figures_of_gates, read_gates

CARD_TEXT_FILE = "README.md"
_WITH_REST = "clinic"  # the training set of that name (`core.training.recipe`, which imports torch)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
INTENDED_USE = (
    "Decision support for clinicians who examine dermoscopic images. Not cleared as a medical device. "
    "It does not replace the clinician's judgement, histopathology or follow-up."
)
_TWO_KINDS = (
    "Trained on nevi and malignant lesions only: benign keratoses, dermatofibromas and vascular lesions are missing "
    "and are often scored high."
)
_COLUMNS = {
    "all": "all test images",
    "unseen_lesions": "lesions not in the train part",
    "same_source": "same source",
    "ham10000-extra-test": "held-out lesions",
}
_NOT_VALIDATED = (
    "Not validated for skin types V-VI, nails, mucosa, palms and soles, children, or other dermatoscopes and clinics."
)
_KAGGLE = (
    "Training, validation and test images: the Kaggle set fanconic/skin-cancer-malignant-vs-benign, made of images "
    "of the ISIC Archive (among them HAM10000, CC-BY-NC 4.0, ViDIR Group, Medical University of Vienna; Tschandl et "
    "al., Sci Data 2018, 180161). Partly under CC-BY-NC; none of the images is part of this program."
)
_GATES_WERE_CHANGED = (
    "Figures of earlier measurements on these pictures did lead to other ways of fitting the scope gate and to another "
    "limit of the heat map's warning (docs/decisions 21, 31 and 33), so that they may come out a little too good."
)
_REST_OF_HAM10000 = (
    "Further training, validation and test images: the rest of HAM10000 (CC-BY-NC 4.0, as above), of lesions that the "
    "Kaggle set does not show."
)


def write_card_text(card: ModelCard, folder: Path) -> None:
    """Write what `full_card_text` gives beside the weights. Raises as it does."""
    (folder / CARD_TEXT_FILE).write_text(full_card_text(card, folder), encoding="utf-8")


def full_card_text(card: ModelCard, folder: Path) -> str:
    """The model card as Markdown, with the findings of the audit that lies beside the folder, the table of ablations
    and the figures of the gates. Raises DataFolderInvalid or CardUnusable where one of these is broken."""
    audit = read_audit(folder.parent / AUDIT_FILE) if (folder.parent / AUDIT_FILE).is_file() else None
    said = findings(audit) if audit else ()
    gates = read_gates(folder, card.weights_sha256)
    return render_card(card, said, read_ablations(folder.parent), figures_of_gates(gates) if gates else {})


def render_card(
    card: ModelCard,
    audited: Sequence[str] = (),
    ablations: Sequence[Ablation] = (),
    gates: Mapping[str, str] = _NONE,
) -> str:
    """The model card as Markdown: use and limits, then what an audit of the images found, then figures and facts."""
    head = [f"# {card.name} {card.version}", "", INTENDED_USE, ""]
    measured = [*_test(card), *render_maps(card.facts.get("maps")), *_ablations(ablations), *_gates(gates)]
    blocks = [*_limits(card), *_audit(audited), *measured, *_facts(card), "", *_data(card)]
    return "\n".join([*head, *blocks]) + "\n"


def limits_of(card: ModelCard) -> tuple[str, ...]:
    """What this network is not good for: one with a differential has seen more kinds of lesion, and no others."""
    seven = f"Trained on {_kinds(card)} only: to a lesion of any other kind it gives one of these names."
    return (seven if card.differential else _TWO_KINDS, _source_limit(card), _NOT_VALIDATED, _share_limit(card))


def data_sources(card: ModelCard) -> tuple[str, ...]:
    """What images the network was made with and measured on, with their licences."""
    is_clinic = card.facts.get("recipe", {}).get("training_set") == _WITH_REST
    return (_KAGGLE, _REST_OF_HAM10000) if is_clinic else (_KAGGLE,)


def _source_limit(card: ModelCard) -> str:
    data = card.facts.get("training_data", {})
    n_other, n_malignant = data.get("malignant_not_from_ham10000"), data.get("train", {}).get("malignant")
    of = f"{n_other:,} of the {n_malignant:,}" if n_other is not None and n_malignant else "about half of the"
    return (
        f"All benign training images come from HAM10000, and {of} malignant ones from elsewhere: part of what the "
        "network learnt may be the source of a picture, not the disease."
    )


def _share_limit(card: ModelCard) -> str:
    part = card.facts.get("training_data", {}).get("validation")
    share = f" with {part['malignant'] / part['n']:.0%} malignant lesions" if part else ""
    return f"Thresholds were fixed on validation images{share}; predictive values at a practice differ."


def card_rows(card: ModelCard) -> dict[str, str]:
    """What the card says of the network itself, as name and value."""
    data, validation = card.facts.get("training_data", {}), card.facts.get("validation", {})
    return {
        "Architecture": f"{card.architecture}, {card.facts.get('parameters', 0):,} parameters",
        "Initial weights": card.facts.get("initial_weights", "not recorded"),
        "Input": f"{card.frame.width_px} x {card.frame.height_px}, whole frame squashed, {card.frame.resample}",
        "Training images": _count(data.get("train")),
        "Validation images": f"{_count(data.get('validation'))}; lesions and near-duplicates lie on one side",
        **_left_out(data),
        "Temperature": f"{card.temperature:.3f}, fitted on validation",
        **_second_output(card),
        "Refer": f"at or above {card.refer_threshold:.4f}{_share(validation, 'sensitivity_at_refer')}",
        "No AI concern": f"below {card.no_concern_threshold:.4f}{_share(validation, 'sensitivity_at_no_concern')}",
        "Indeterminate": "empty: the two thresholds coincide" if card.is_indeterminate_empty else "between the two",
        "Validation ROC-AUC": f"{validation['roc_auc']:.4f}" if "roc_auc" in validation else "not recorded",
        "Weights SHA-256": card.weights_sha256,
        **({"Graph SHA-256": card.graph_sha256} if card.graph_sha256 else {}),
        "Licence": card.facts.get("licence", "not recorded"),
    }


def _left_out(data: Mapping[str, Any]) -> dict[str, str]:
    n = data.get("left_out_because_of_the_test_part")
    return {"Left out": f"{n:,} images, of lesions that test images show, or near-duplicates of these"} if n else {}


def _limits(card: ModelCard) -> list[str]:
    return ["## Limits", "", *(f"- {limit}" for limit in limits_of(card)), ""]


def _second_output(card: ModelCard) -> dict[str, str]:
    if not card.differential:
        return {}
    temperature = f"temperature {card.differential_temperature:.3f}"
    return {"Second output": f"differential of {len(card.differential)} kinds: {_kinds(card)}; {temperature}"}


def _kinds(card: ModelCard) -> str:
    return ", ".join(card.differential)


def _audit(audited: Sequence[str]) -> list[str]:
    found = [f"- {sentence}" for sentence in audited]
    return ["## What the audit of the images found", "", *found, ""] if found else []


def _test(card: ModelCard) -> list[str]:
    parts = (
        ("Test figures", "All test images", card.facts.get("test")),
        ("Held-out lesions", "All images of held-out lesions", card.facts.get("held_out_lesions")),
    )
    return [line for title, whole, test in parts if test for line in _figures(title, whole, test)]


def _figures(title: str, whole: str, test: dict[str, Any]) -> list[str]:
    """`whole` names all images of the set."""
    columns, further = parts_of_test(test, whole), further_of_test(test)
    return [
        f"## {title}",
        "",
        f"On the set {test['set']!r}, measured {test['measured_at']}; 95% intervals in brackets.",
        "",
        f"| | {' | '.join(columns)} |",
        "|---|" + "---:|" * len(columns),
        *(f"| {name} | {' | '.join(values)} |" for name, values in figures_of_test(test).items()),
        "",
        *([f"| More of {whole[0].lower()}{whole[1:]} | |", "|---|---:|"] if further else []),
        *(f"| {name} | {value} |" for name, value in further.items()),
        *([""] if further else []),
        *(f"- {sentence}" for sentence in test.get("statement", [])),
        "",
    ]


def _ablations(rows: Sequence[Ablation]) -> list[str]:
    if not rows:
        return []
    head = ["ROC-AUC", *(_COLUMNS[column] for column in ABLATION_COLUMNS)]
    return [
        "## What each measure was worth",
        "",
        "All rows trained alike, at reduced cost; 95% intervals in brackets, then p against "
        f"{baseline_of(rows)}: DeLong for the ROC-AUC, McNemar for the accuracy.",
        "",
        f"| {' | '.join(head)} |",
        "|---|" + "---:|" * (len(head) - 1),
        *(f"| {' | '.join(_ablation(row))} |" for row in rows),
        "",
        *([missing_note(rows), ""] if missing_note(rows) else []),
    ]


def _gates(rows: Mapping[str, str]) -> list[str]:
    """The gates before a score and the measures beside it."""
    if not rows:
        return []
    table = ["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows.items())]
    said = "Shares of pictures, 95% intervals in brackets. None was fitted on them."
    return ["## Gates and measures", "", f"{said} {_GATES_WERE_CHANGED}", "", *table, ""]


def _ablation(row: Ablation) -> list[str]:
    return [f"{row.row} ({row.cost})", *(_measured(row.columns.get(name)) for name in ABLATION_COLUMNS)]


def _measured(column: AblationColumn | None) -> str:
    tests = [f"{name} {p}" for name, p in zip(("DeLong", "McNemar"), paired_tests(column), strict=True) if p]
    return "; ".join([column.roc_auc.as_text(3), *tests]) if column else ""


def _facts(card: ModelCard) -> list[str]:
    return ["## Facts", "", "| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in card_rows(card).items())]


def _data(card: ModelCard) -> list[str]:
    return ["## Data", "", *(f"- {source}" for source in data_sources(card))]


def _count(part: dict[str, int] | None) -> str:
    return f"{part['n']:,}, of them {part['malignant']:,} malignant" if part else "not recorded"


def _share(validation: dict[str, float], key: str) -> str:
    return f" (validation sensitivity {validation[key]:.1%})" if key in validation else ""
