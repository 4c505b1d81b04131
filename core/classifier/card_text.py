"""The model card for people, in Markdown, from the same values as the card for the program."""

from pathlib import Path

from core.classifier.card import ModelCard

CARD_TEXT_FILE = "README.md"
INTENDED_USE = (
    "Decision support for clinicians who examine dermoscopic images. Not cleared as a medical device. "
    "It does not replace the clinician's judgement, histopathology or follow-up."
)
LIMITS = (
    "Trained on nevi and malignant lesions only: benign keratoses, dermatofibromas and vascular lesions are missing "
    "and are often scored high.",
    "All benign training images come from HAM10000, and about half of the malignant ones from elsewhere: part of what "
    "the network learnt may be the source of a picture, not the disease.",
    "Not validated for skin types V-VI, nails, mucosa, palms and soles, children, or other dermatoscopes and clinics.",
    "Thresholds were fixed on validation images with 45% malignant lesions; predictive values at a practice differ.",
)


def write_card_text(card: ModelCard, folder: Path) -> None:
    """Write the model card as Markdown beside the weights."""
    (folder / CARD_TEXT_FILE).write_text(render_card(card), encoding="utf-8")


def render_card(card: ModelCard) -> str:
    """The model card as Markdown."""
    return "\n".join([f"# {card.name} {card.version}", "", INTENDED_USE, "", *_limits(), *_facts(card)]) + "\n"


def _limits() -> list[str]:
    return ["## Limits", "", *(f"- {limit}" for limit in LIMITS), ""]


def _facts(card: ModelCard) -> list[str]:
    data, validation = card.facts.get("training_data", {}), card.facts.get("validation", {})
    rows = {
        "Architecture": f"`{card.architecture}`, {card.facts.get('parameters', 0):,} parameters",
        "Initial weights": card.facts.get("initial_weights", "not recorded"),
        "Input": f"{card.frame.width_px} x {card.frame.height_px}, whole frame squashed, {card.frame.resample}",
        "Training images": _count(data.get("train")),
        "Validation images": f"{_count(data.get('validation'))}; lesions and near-duplicates lie on one side",
        "Temperature": f"{card.temperature:.3f}, fitted on validation",
        "Refer": f"at or above {card.refer_threshold:.4f}{_share(validation, 'sensitivity_at_refer')}",
        "No AI concern": f"below {card.no_concern_threshold:.4f}{_share(validation, 'sensitivity_at_no_concern')}",
        "Indeterminate": "empty: the two thresholds coincide" if card.is_indeterminate_empty else "between the two",
        "Validation ROC-AUC": f"{validation.get('roc_auc', float('nan')):.4f}",
        "Weights SHA-256": f"`{card.weights_sha256}`",
        "Licence": card.facts.get("licence", "not recorded"),
    }
    return ["## Facts", "", "| | |", "|---|---|", *(f"| {key} | {value} |" for key, value in rows.items())]


def _count(part: dict[str, int] | None) -> str:
    return f"{part['n']:,}, of them {part['malignant']:,} malignant" if part else "not recorded"


def _share(validation: dict[str, float], key: str) -> str:
    return f" (validation sensitivity {validation[key]:.1%})" if key in validation else ""
