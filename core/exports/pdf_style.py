"""How a report looks: A4, one typeface that is embedded, and few colours."""

import functools
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph

from core.taxonomy import Band

PAGE_WIDTH, PAGE_HEIGHT = A4
MARGIN = 18 * mm
WIDTH = PAGE_WIDTH - 2 * MARGIN
FONT, BOLD = "Report", "Report-Bold"
INK, GREY, LINE, GROUND = HexColor("#1a1d21"), HexColor("#545c66"), HexColor("#c3c9d0"), HexColor("#f3f5f7")
MALIGNANT = HexColor("#D55E00")
# As on the screen: Okabe and Ito's colours, darkened until white text on them has a contrast of 4.5.
BAND_COLOUR: Final = {
    Band.REFER: HexColor("#A8460A"),
    Band.INDETERMINATE: HexColor("#7A5C00"),
    Band.NO_CONCERN: HexColor("#00588C"),
}


@functools.cache
def load_fonts() -> None:
    """Make DejaVu Sans known, which matplotlib brings: it has Latin, Greek, Cyrillic and the signs of the bands."""
    import matplotlib as mpl  # part of a second, needed only once a report is made

    folder = Path(mpl.get_data_path()) / "fonts" / "ttf"
    for name, file in ((FONT, "DejaVuSans.ttf"), (BOLD, "DejaVuSans-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def text(words: str, *, size: float = 8.5, is_bold: bool = False, colour: Color = INK, **more: Any) -> Paragraph:  # noqa: ANN401
    """A paragraph of plain text: what looks like markup in it is printed, never obeyed."""
    style = ParagraphStyle(
        "", fontName=BOLD if is_bold else FONT, fontSize=size, leading=size * 1.36, textColor=colour, **more
    )
    return Paragraph(escape(words).replace("\n", "<br/>"), style)
