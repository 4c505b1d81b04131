"""The performance page as a PDF: headings, sentences, tables and charts in the order in which they are given."""

import functools
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from PIL import Image as Picture
from reportlab.lib.units import inch, mm
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Frame, Image, PageTemplate, Spacer, Table

from core.exports.pdf_style import FONT, GREY, LINE, MARGIN, PAGE_HEIGHT, PAGE_WIDTH, WIDTH, load_fonts, text

_EDGE = 20 * mm
_ROOM = 45 * mm  # what must be left on a page for a heading with the beginning of what follows
_ROOM_OF_TABLE = 22 * mm  # for its head and the first rows
_HEADING = 10 * mm
_HIGHEST = PAGE_HEIGHT - 2 * _EDGE - 2 * _HEADING  # a picture, or no page could take it
_PICTURES_IN_ROW, _GAP = 3, 3 * mm
_USUAL_DPI = 96  # of a picture that does not say
_NAME_SHARE = 0.34  # of a table's width, for the names of its rows
_TABLE = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 1.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A head, and rows that begin with their name; all as they are to be read."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class ReportPicture:
    """A small photograph, as the bytes of a JPEG, with what is said below it, line by line."""

    content: bytes
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """A part of the page: sentences first, then tables, then charts, each the bytes of a PNG that says its resolution;
    two stand side by side where both are narrow enough. Pictures come last, three in a row."""

    title: str
    sentences: tuple[str, ...] = ()
    tables: tuple[ReportTable, ...] = ()
    charts: tuple[bytes, ...] = ()
    pictures: tuple[ReportPicture, ...] = ()


@dataclass(frozen=True, slots=True)
class PerformanceReport:
    """`foot` stands on every page: what is reported of, and the intended use."""

    title: str
    subtitle: str
    blocks: tuple[ReportBlock, ...]
    foot: str


def render_performance(report: PerformanceReport) -> bytes:
    """The report as a PDF of A4 pages; the same report gives the same bytes."""
    load_fonts()
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer, pagesize=(PAGE_WIDTH, PAGE_HEIGHT), invariant=1, title=report.title, author="Lesionwise", lang="en",
        initialFontName=FONT,  # or every page names Helvetica, which is not embedded
    )  # fmt: skip
    frame = Frame(MARGIN, _EDGE, WIDTH, PAGE_HEIGHT - 2 * _EDGE, 0, 0, 0, 0)
    draw = functools.partial(_draw_foot, foot=report.foot)
    document.addPageTemplates(PageTemplate(frames=[frame], onPage=draw))
    document.build(list(_story(report)))
    return buffer.getvalue()


def _story(report: PerformanceReport) -> Iterator[Any]:
    yield text(report.title, size=17, is_bold=True)
    yield text(report.subtitle, colour=GREY)
    for block in report.blocks:
        yield from _set_block(block)


def _set_block(block: ReportBlock) -> Iterator[Any]:
    rows = [_set_row(row) for row in _rows_of(map(_picture, block.charts))]
    begins_with_chart = rows and not block.sentences and not block.tables
    yield Spacer(0, 4 * mm)
    yield CondPageBreak(rows[0].wrap(WIDTH, PAGE_HEIGHT)[1] + _HEADING if begins_with_chart else _ROOM)
    yield text(block.title, size=11, is_bold=True)
    yield Spacer(0, 1 * mm)
    yield from (text(f"• {sentence}", size=8, leftIndent=8, firstLineIndent=-8) for sentence in block.sentences)
    for table in block.tables:
        yield Spacer(0, 1.5 * mm)
        yield CondPageBreak(_ROOM_OF_TABLE)
        yield _set_table(table)
    for row in [*rows, *_set_pictures(block.pictures)]:
        yield Spacer(0, 2 * mm)
        yield row


def _set_pictures(pictures: Sequence[ReportPicture]) -> Iterator[Table]:
    """Rows of pictures with their words, none of which a page's end cuts in two."""
    width = WIDTH / _PICTURES_IN_ROW
    style = [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "TOP", "BOTTOM")]
    for start in range(0, len(pictures), _PICTURES_IN_ROW):
        found = pictures[start : start + _PICTURES_IN_ROW]
        cells: list[Any] = [_set_picture(picture, width - _GAP) for picture in found]
        cells += [""] * (_PICTURES_IN_ROW - len(cells))
        more = [("RIGHTPADDING", (0, 0), (-1, -1), _GAP), ("VALIGN", (0, 0), (-1, -1), "TOP")]
        fonts = [("FONTNAME", (0, 0), (-1, -1), FONT)]
        yield Table([cells], colWidths=[width] * _PICTURES_IN_ROW, style=[*style, *more, *fonts], splitByRow=0)


def _set_picture(picture: ReportPicture, width: float) -> list[Any]:
    with Picture.open(io.BytesIO(picture.content), formats=["JPEG"]) as opened:
        share = opened.height / opened.width
    first, *others = picture.lines
    words = [text(first, size=7, is_bold=True), *(text(line, size=6.5, colour=GREY) for line in others)]
    return [Image(io.BytesIO(picture.content), width, width * share), *words]


def _set_table(table: ReportTable) -> Table:
    n_others = max(len(table.head) - 1, 1)
    widths = [WIDTH * _NAME_SHARE, *[WIDTH * (1 - _NAME_SHARE) / n_others] * n_others]
    head = [[text(cell, size=7.2, is_bold=True) for cell in table.head]] if any(table.head) else []
    rows = head + [[text(cell, size=7.6) for cell in row] for row in table.rows]
    return Table(rows, colWidths=widths, style=[*_TABLE, ("FONTNAME", (0, 0), (-1, -1), FONT)], repeatRows=len(head))


def _picture(content: bytes) -> Image:
    """A chart at the size that it was drawn for, at most as wide and as high as the page."""
    with Picture.open(io.BytesIO(content), formats=["PNG"]) as picture:
        (width, height), dots = picture.size, picture.info.get("dpi", (_USUAL_DPI, _USUAL_DPI))[0]
    wide = min(inch * width / dots, WIDTH, _HIGHEST * width / height)
    return Image(io.BytesIO(content), wide, wide * height / width)


def _rows_of(charts: Iterable[Image]) -> Iterator[list[Image]]:
    """As many charts side by side as the page is wide."""
    row: list[Image] = []
    for chart in charts:
        if row and sum(each.drawWidth for each in [*row, chart]) > WIDTH:
            yield row
            row = []
        row.append(chart)
    if row:
        yield row


def _set_row(charts: Sequence[Image]) -> Table:
    room = (WIDTH - sum(chart.drawWidth for chart in charts)) / len(charts)
    style: list[tuple[Any, ...]] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("FONTNAME", (0, 0), (-1, -1), FONT)]
    style += [(f"{side}PADDING", (0, 0), (-1, -1), 0) for side in ("LEFT", "RIGHT", "TOP", "BOTTOM")]
    return Table([list(charts)], colWidths=[chart.drawWidth + room for chart in charts], style=style, hAlign="LEFT")


def _draw_foot(canvas: Any, document: Any, *, foot: str) -> None:  # noqa: ANN401  (reportlab is untyped)
    canvas.saveState()
    canvas.setFillColor(GREY)
    canvas.setFont(FONT, 6.5)
    canvas.drawString(MARGIN, 11 * mm, foot)
    canvas.drawRightString(PAGE_WIDTH - MARGIN, 11 * mm, f"Page {document.page}")
    canvas.setStrokeColor(LINE)
    canvas.line(MARGIN, 14.5 * mm, PAGE_WIDTH - MARGIN, 14.5 * mm)
    canvas.restoreState()


def table_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> ReportTable:
    """A table of sequences of any kind."""
    return ReportTable(tuple(head), tuple(tuple(row) for row in rows))
