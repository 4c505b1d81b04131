"""The practice's own referral threshold."""

from core.classifier.card import ModelCard
from core.errors import LesionwiseError
from dashboard.workflow.record import Record, utc_now
from db.repositories.thresholds import ThresholdChange, add_threshold_change, threshold_history

_ACTION = "change threshold"


def threshold_in_force(*, card: ModelCard, record: Record) -> float | None:
    """The practice's own referral threshold for these weights; None where the model card's counts.

    One that was set before the weights were calibrated anew is none: the same number means another risk since.
    """
    with record.reading() as work:
        history = threshold_history(work.session, card.weights_sha256)
    return history[0].refer_threshold if history and history[0].is_of(card.temperature) else None


def load_threshold_history(*, card: ModelCard, record: Record) -> tuple[ThresholdChange, ...]:
    """Every change of the referral threshold for these weights, newest first."""
    with record.reading() as work:
        return threshold_history(work.session, card.weights_sha256)


def change_threshold(
    *, card: ModelCard, refer_threshold: float | None, reason: str, who: str, record: Record
) -> ThresholdChange:
    """Put a threshold in force for cases scored from now on, or the card's own again with None; stored cases stay.

    Raises LesionwiseError without a reason or a reader, or for a threshold outside (0, 1); StorageFailed.
    """
    if not reason.strip() or not who:
        raise LesionwiseError("The threshold was not changed.", "Say who you are (at the top) and give a reason.")
    if refer_threshold is not None and not 0.0 < refer_threshold < 1.0:
        raise LesionwiseError(f"A threshold lies between 0% and 100%, not at {refer_threshold:.1%}.")
    change = ThresholdChange(
        card.name, card.weights_sha256, refer_threshold, reason.strip(), who, utc_now(), card.temperature
    )
    with record.writing() as work:
        add_threshold_change(work.session, change)
        detail = {"refer_threshold": refer_threshold, "card_threshold": card.refer_threshold, "reason": change.reason}
        work.audit.add(
            at=change.changed_at,
            who=who,
            action=_ACTION,
            entity="network",
            entity_id=card.weights_sha256,
            detail=detail,
        )
    return change
