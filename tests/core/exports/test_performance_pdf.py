"""The performance report as a PDF: everything that is given can be read in it, and nothing else names a font."""

import io
from dataclasses import replace

from PIL import Image
from pypdf import PdfReader

from core.exports.performance_pdf import (
    PerformanceReport,
    ReportBlock,
    ReportPicture,
    render_performance,
    table_of,
)


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(buffer, "PNG")
    return buffer.getvalue()


REPORT = PerformanceReport(
    title="How well net does",
    subtitle="Version 1",
    blocks=(
        ReportBlock("Test figures", ("A <b>finding</b> & more.",), (table_of(["", "All"], [["Recall", "94% ≥ 91"]]),)),
        ReportBlock("Charts", charts=(picture("white"), picture("grey"))),
        ReportBlock("Many", (), (table_of(["Group", "n"], [[f"group {i}", str(i)] for i in range(120)]),)),
    ),
    foot="Lesionwise · net 1",
)


def photograph(shape: tuple[int, int] = (300, 150)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", shape, "brown").save(buffer, "JPEG")
    return buffer.getvalue()


def read(content: bytes) -> tuple[PdfReader, str]:
    reader = PdfReader(io.BytesIO(content))
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def test_sentences_tables_and_charts_are_in_it_and_markup_is_printed() -> None:
    reader, text = read(render_performance(REPORT))
    for said in ("How well net does", "A <b>finding</b> & more.", "Recall", "94% ≥ 91", "group 119"):
        assert said in text
    assert sum(len(page.images) for page in reader.pages) == 2


def test_pictures_stand_whole_with_their_words_three_in_a_row_and_a_high_chart_fits_on_a_page() -> None:
    pictures = tuple(ReportPicture(photograph(), (f"Benign, scored {i}%", f"{i}.jpg")) for i in range(20))
    high = io.BytesIO()
    Image.new("RGB", (300, 2000), "white").save(high, "PNG")
    blocks = (ReportBlock("Errors", pictures=pictures), ReportBlock("High", charts=(high.getvalue(),)))
    reader, text = read(render_performance(replace(REPORT, blocks=blocks)))
    assert all(f"Benign, scored {i}%" in text and f"{i}.jpg" in text for i in range(20))
    assert len(reader.pages) == 3
    first, second = (page.extract_text().count("scored") for page in reader.pages[:2])
    assert first % 3 == 0 and first + second == 20


def test_a_long_table_goes_on_over_pages_and_each_has_head_foot_and_number() -> None:
    reader, _ = read(render_performance(REPORT))
    assert len(reader.pages) >= 3
    for number, page in enumerate(reader.pages, start=1):
        assert f"Page {number}" in page.extract_text() and "Lesionwise · net 1" in page.extract_text()
    assert "Group" in reader.pages[-1].extract_text()


def test_the_same_report_gives_the_same_bytes_and_fonts_are_embedded() -> None:
    content = render_performance(REPORT)
    assert content == render_performance(REPORT)
    assert b"Helvetica" not in content
