"""An evaluation and a comparison as text for a terminal."""

from core.evaluation.compare import ModelComparison, PairedFigures
from core.evaluation.figures import p_text
from core.evaluation.results import Evaluation, Further, SetFigures, ThresholdFigures

_PERCENT = ("accuracy", "sensitivity", "specificity", "precision", "f1")


def render_evaluation(evaluation: Evaluation) -> str:
    """Every figure of an evaluation, block by block, then what the reader must know of the set."""
    parts = {
        f"{evaluation.set_name}": evaluation.whole,
        "same source (HAM10000)": evaluation.same_source,
        "without repeats of the train part": evaluation.without_repeats,
        "without lesions of the train part": evaluation.further.unseen_lesions,
        "averaged over flips and quarter turns": evaluation.further.averaged,
    }
    blocks = [_block(name, figures) for name, figures in parts.items() if figures]
    further = ["\n".join(lines) for lines in _further(evaluation.further) if lines]
    return "\n\n".join([*blocks, *further, *evaluation.about.statement(), evaluation.threshold_note])


def render_comparison(comparison: ModelComparison) -> str:
    """Differences, first network minus second, with their intervals, and the two tests."""
    head = f"{comparison.first} minus {comparison.second} on {comparison.set_name}"
    blocks = ["\n".join([f"{name}: {_count(part)}", *_paired(part)]) for name, part in comparison.parts.items()]
    note = (
        "Differences at each network's operating point, with 95% bootstrap intervals by lesion. DeLong's and McNemar's "
        f"tests take images as independent; accuracies are at {comparison.first_accuracy_threshold:.4f} and "
        f"{comparison.second_accuracy_threshold:.4f}."
    )
    return "\n\n".join([head, *blocks, note])


def _block(name: str, figures: SetFigures) -> str:
    lines = [f"{name}: {figures.n} images, {figures.n_malignant} malignant"]
    lines += [f"  {key:<18} {figure.as_text(4)}" for key, figure in figures.ranking.items()]
    for at in (figures.at_operating_point, figures.at_half):
        lines += _threshold(at, "  at")
    return "\n".join(lines)


def _threshold(at: ThresholdFigures, name: str) -> list[str]:
    return [f"{name} {at.threshold:.4f}", *(f"    {key:<16} {at.figures[key].as_percent(1)}" for key in _PERCENT)]


def _further(further: Further) -> list[list[str]]:
    at = further.at_accuracy_threshold
    return [
        _threshold(at, "at the threshold that validation chose for accuracy,") if at else [],
        _calibration(further),
        _source(further),
        _robustness(further),
        _classes(further),
        _called(further),
    ]


def _calibration(further: Further) -> list[str]:
    figures = further.calibration
    if not figures:
        return []
    lines = ["calibration, ECE over 15 equal-mass bins (in brackets what perfect calibration would show)"]
    lines.append(f"  as scored        {figures.ece_15.as_text(4)} [{figures.ideal_ece_15.as_text(4)}]")
    shift = figures.prior_shift
    if shift:
        shares = f"malignant share {shift.assumed_share:.3f} -> {shift.set_share:.3f}"
        lines.append(f"  prior corrected  {shift.ece_15.as_text(4)} [{shift.ideal_ece_15.as_text(4)}], {shares}")
    return lines


def _source(further: Further) -> list[str]:
    source = further.source
    if not source:
        return []
    probe = source.probe_roc_auc.as_text(3) if source.probe_roc_auc else "not measured"
    return [
        f"source, malignant images alone: {source.n_ham} of HAM10000, {source.n_other} others",
        f"  sensitivity      {source.sensitivity_ham.as_percent(1)}; {source.sensitivity_other.as_percent(1)}",
        f"  difference       {source.difference.as_text(3)}",
        f"  probe ROC-AUC    {probe}",
    ]


def _robustness(further: Further) -> list[str]:
    lines = ["share of images whose band changes"] if further.robustness else []
    for name, family in further.robustness.families.items() if further.robustness else ():
        lines.append(f"  {name}: mean {family.mean_share.as_percent(1)}; by any {family.any_share.as_percent(1)}")
        lines += [f"    {key:<20} {share.as_percent(1)}" for key, share in family.by_perturbation.items()]
    return lines


def _classes(further: Further) -> list[str]:
    classes = further.classes
    if not classes:
        return []
    lines = [f"balanced accuracy of {len(classes.classes)} classes  {classes.balanced_accuracy.as_text(3)}"]
    if equal := classes.balanced_accuracy_at_equal_shares:
        lines.append(f"  at equal shares: probabilities divided by the shares in training  {equal.as_text(3)}")
    lines.append("  recall, and counts by the class that was named, in this order")
    for name, counts in zip(classes.classes, classes.confusion, strict=True):
        row = " ".join(f"{count:>4}" for count in counts)
        lines.append(f"    {name:<28} {classes.recall[name].as_percent(1):<24} of {sum(counts):>4}: {row}")
    return lines


def _called(further: Further) -> list[str]:
    lines = [
        f"  {name:<28} n {share.n:>4}  at 0.5: {share.at_half.as_percent(1)}; "
        f"at the operating point: {share.at_operating_point.as_percent(1)}"
        for name, share in further.called.items()
    ]
    return ["called malignant, by diagnosis", *lines] if lines else []


def _count(part: PairedFigures) -> str:
    return f"{part.difference.n} images, {part.n_malignant} malignant"


def _paired(part: PairedFigures) -> list[str]:
    difference, delong, mcnemar = part.difference, part.delong, part.mcnemar
    return [
        f"  ROC-AUC      {difference.roc_auc.as_text(4)}, DeLong p {p_text(delong.p)}"
        f" ({delong.first:.4f} and {delong.second:.4f})",
        f"  sensitivity  {difference.sensitivity.as_text(4)}",
        f"  specificity  {difference.specificity.as_text(4)}",
        f"  accuracy     only the first right {mcnemar.n_only_first}, only the second {mcnemar.n_only_second}, "
        f"McNemar p {p_text(mcnemar.p)}",
    ]
