"""The parts of a report, each as what reportlab sets on the page."""

import io
from collections.abc import Sequence
from typing import Any

from reportlab.graphics.shapes import Drawing, Rect
from reportlab.lib.colors import white
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, HRFlowable, Image, KeepTogether, Spacer, Table

from core.exports.case_report import CaseReport, LikelyKind, MachineAssessment, ReportPicture, Row, Signature
from core.exports.pdf_style import BAND_COLOUR, FONT, GREY, GROUND, INK, LINE, MALIGNANT, WIDTH, text

_GAP = 6 * mm  # between two columns
_HALF = (WIDTH - _GAP) / 2
_PICTURE_HEIGHT = 66 * mm
_BAR = 34 * mm
_ROOM = 22 * mm  # what must be left on a page for a heading and its first lines
_FLUSH = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 1.2),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]

Flowables = list[Any]  # reportlab is untyped


def head(report: CaseReport) -> Flowables:
    """The title, with what the report is: preliminary, or signed."""
    signature = report.signature
    status = "PRELIMINARY · NOT SIGNED" if signature is None else "SIGNED"
    if signature is not None and signature.revision > 1:
        status = f"SIGNED · REVISION {signature.revision}"
    box = _table(
        [[text(status, size=9, is_bold=True, alignment=1)]],
        [62 * mm],
        [("BOX", (0, 0), (-1, -1), 1.2, INK), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)],
    )
    title = text("Dermoscopy report", size=17, is_bold=True)
    return [_columns([[title, box]], [WIDTH - 62 * mm, 62 * mm], valign="MIDDLE"), Spacer(0, 2 * mm)]


def about(rows: Sequence[Row]) -> Flowables:
    """Patient, lesion and visit, in two columns."""
    middle = -(-len(rows) // 2)
    left, right = (_pairs(part, _HALF, 25 * mm) for part in (rows[:middle], rows[middle:]))
    return [_rule(), _two(left, right), Spacer(0, 1.5 * mm)]


def pictures_and_reads(report: CaseReport) -> Flowables:
    """The picture as it was taken; the clinician's reads at the left and, apart from them, the machine's assessment."""
    clinician = [
        *_part("Clinician's first read", report.first_read),
        *_part("Clinician's final assessment", report.final_assessment),
    ]
    machine = [text("Machine's assessment", size=9, is_bold=True), Spacer(0, 1 * mm), _machine(report.assessment)]
    picture = _framed(report.picture)
    if report.heatmap is None:
        return [_two([*picture, Spacer(0, 2 * mm), *clinician], machine), Spacer(0, 2 * mm)]
    beside = [_two(picture, _framed(report.heatmap)), Spacer(0, 2 * mm)]
    return [*beside, _two(clinician or [text("No read of the clinician's is kept.")], machine), Spacer(0, 2 * mm)]


def section(title: str, rows: Sequence[Row], *, size: float = 8.5) -> Flowables:
    """Names and values under a heading; nothing where there is none."""
    if not rows:
        return []
    return [*_heading(title), _pairs(rows, WIDTH, 34 * mm, size), Spacer(0, 2 * mm)]


def words(title: str, said: str) -> Flowables:
    """Free text under a heading; nothing where there is none."""
    return [*_heading(title), text(said), Spacer(0, 2 * mm)] if said else []


def limits(sentences: Sequence[str], intended_use: str) -> Flowables:
    """Intended use and limits, in small type."""
    points = [text(sentence, size=7.2, bulletIndent=0, leftIndent=0) for sentence in (intended_use, *sentences)]
    return [*_heading("Intended use and limits"), *points, Spacer(0, 3 * mm)]


def signature_box(signature: Signature | None, content_sha256: str) -> Flowables:
    """Who signed what, when; or the lines for a signature by hand."""
    if signature is None:
        lines = (
            "Name ______________________________     Date ________________     Signature ______________________________"
        )
        said = [
            text("Preliminary: nobody has signed this report.", is_bold=True),
            Spacer(0, 5 * mm),
            text(lines, size=7.5),
        ]
    else:
        by = f"Signed by {signature.signed_by}, {signature.signed_at_text}"
        revision = f" (revision {signature.revision}, takes the place of the earlier ones)"
        said = [
            text(by + (revision if signature.revision > 1 else ""), is_bold=True),
            text(f"Locked: what is recorded later appears in a later revision only. {signature.note}", size=7.2),
        ]
    said.append(text(f"SHA-256 of the content: {content_sha256}", size=6.6, colour=GREY))
    box = _table([[said]], [WIDTH], [("BOX", (0, 0), (-1, -1), 0.8, INK), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)])
    return [KeepTogether([box])]


def _machine(said: MachineAssessment) -> Table:
    band = _table(
        [[text(f"{said.sign} {said.label}", size=10.5, is_bold=True, colour=white)]],
        [_HALF],
        [("BACKGROUND", (0, 0), (-1, -1), BAND_COLOUR[said.band]), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)],
    )
    body: Flowables = [_probability(said.probability), *(text(one, size=7.6) for one in said.sentences)]
    body += [Spacer(0, 1 * mm), text(said.next_step, size=8, is_bold=True)]
    if said.differential:
        body += [Spacer(0, 1.5 * mm), text("Differential", size=8, is_bold=True), _differential(said.differential)]
        body.append(text(said.differential_note, size=6.6, colour=GREY))
    body_padding = [("LEFTPADDING", (0, 1), (-1, 1), 6), ("RIGHTPADDING", (0, 1), (-1, 1), 6)]
    edges = [("BOX", (0, 0), (-1, -1), 0.6, LINE), *_FLUSH[:4], *body_padding, ("BOTTOMPADDING", (0, 1), (-1, 1), 6)]
    return _table([[band], [body]], [_HALF], edges)


def _probability(said: str) -> Table:
    row = [text(said, size=16, is_bold=True), text("malignant probability", size=8)]
    return _columns([row], [18 * mm, _HALF - 18 * mm - 12], valign="MIDDLE")


def _differential(kinds: Sequence[LikelyKind]) -> Table:
    rows = []
    for kind in kinds:
        named = f"{kind.label} ({kind.mark})" if kind.mark else kind.label
        share = f"{kind.probability:.0%}" if kind.probability >= 0.01 else "<1%"
        rows.append([text(named, size=7), _bar(kind), text(share, size=7, alignment=2)])
    return _columns(rows, [_HALF - 12 - _BAR - 9 * mm, _BAR, 9 * mm], valign="MIDDLE")


def _bar(kind: LikelyKind) -> Drawing:
    drawing = Drawing(_BAR, 5, initialFontName=FONT)  # or it names Helvetica
    drawing.add(Rect(0, 0, _BAR, 5, fillColor=GROUND, strokeColor=None))
    colour = MALIGNANT if kind.mark else GREY
    drawing.add(Rect(0, 0, max(0.5, _BAR * kind.probability), 5, fillColor=colour, strokeColor=None))
    return drawing


def _framed(picture: ReportPicture) -> Flowables:
    scale = min(_HALF / picture.width_px, _PICTURE_HEIGHT / picture.height_px)
    size = {"width": picture.width_px * scale, "height": picture.height_px * scale}
    return [Image(io.BytesIO(picture.content), hAlign="LEFT", **size), text(picture.caption, size=6.8, colour=GREY)]


def _part(title: str, rows: Sequence[Row]) -> Flowables:
    if not rows:
        return []
    return [text(title, size=9, is_bold=True), _rule(_HALF), _pairs(rows, _HALF, 25 * mm), Spacer(0, 2 * mm)]


def _heading(title: str) -> Flowables:
    """A heading across the page, never as its last line."""
    return [CondPageBreak(_ROOM), text(title, size=9, is_bold=True), _rule()]


def _two(left: object, right: object) -> Table:
    return _columns([[left, "", right]], [_HALF, _GAP, _HALF])


def _rule(width: float = WIDTH) -> HRFlowable:
    return HRFlowable(width=width, thickness=0.6, color=LINE, spaceBefore=1, spaceAfter=2, hAlign="LEFT")


def _pairs(rows: Sequence[Row], width: float, name_width: float, size: float = 8.5) -> Table:
    cells = [[text(name, size=size, colour=GREY), text(value, size=size)] for name, value in rows]
    return _columns(cells or [["", ""]], [name_width, width - name_width])


def _columns(rows: list[list[Any]], widths: list[float], *, valign: str = "TOP") -> Table:
    return _table(rows, widths, [*_FLUSH, ("VALIGN", (0, 0), (-1, -1), valign)])


def _table(rows: list[list[Any]], widths: list[float], style: list[Any]) -> Table:
    table = Table(rows, colWidths=widths, hAlign="LEFT", splitInRow=1)
    table.setStyle([("FONTNAME", (0, 0), (-1, -1), FONT), *style])  # or its empty cells name Helvetica
    return table
