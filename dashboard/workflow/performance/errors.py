"""The report's block on the worst errors: each with its picture and heat map, where the labelled images are at hand."""

from collections.abc import Iterator

from core.evaluation.operating_points import OperatingPoints, band_of
from core.evaluation.predictions import ScoredImage
from core.exports.performance_pdf import ReportBlock, ReportPicture, table_of
from dashboard.components.words import BAND_LABEL, EMPTY_MAP, MAP_LEGEND, METHOD_LABEL, threshold
from dashboard.workflow.performance.inputs import ReportInputs


def errors_block(inputs: ReportInputs) -> Iterator[ReportBlock]:
    """The most confident errors first; as a table those without a picture, and why."""
    if not inputs.errors:
        return
    found = inputs.error_pictures
    shown = [row for row in inputs.errors if row.file in found.by_file]
    others = [_row(row) for row in inputs.errors if row.file not in found.by_file]
    method = METHOD_LABEL[inputs.card.heatmap_methods[0]]
    legend = (
        f"Each picture and, beside it, the same under its heat map. {MAP_LEGEND} {method}, for the malignant class.",
    )
    about = f"The {len(inputs.errors)} test images whose label the network found least likely, the surest errors first."
    yield ReportBlock(
        "Worst errors",
        (about, *(legend if shown else ()), *found.notes),
        (table_of(["Test image", "Label", "Scored", "Diagnosis"], others),) if others else (),
        pictures=tuple(_picture(row, inputs) for row in shown),
    )


def _row(row: ScoredImage) -> list[str]:
    return [row.file, _label(row), threshold(row.malignant_probability), row.diagnosis or "not known"]


def _picture(row: ScoredImage, inputs: ReportInputs) -> ReportPicture:
    found, card = inputs.error_pictures, inputs.card
    band = band_of(row.malignant_probability, OperatingPoints(card.refer_threshold, card.no_concern_threshold))
    lines = [
        f"{_label(row).capitalize()}, scored {threshold(row.malignant_probability)}: {BAND_LABEL[band]}",
        row.diagnosis or "Diagnosis not known",
        *(["Also in the train part"] if row.repeats_train else []),
        *([EMPTY_MAP] if row.file in found.without_heat else []),
        row.file,
    ]
    return ReportPicture(found.by_file[row.file], tuple(lines))


def _label(row: ScoredImage) -> str:
    return "malignant" if row.malignant else "benign"
