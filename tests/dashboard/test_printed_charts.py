"""Charts on paper and as numbers: the values of the screen, whatever the chart."""

import csv
import io
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from core.evaluation.drift import DriftFigure, DriftLevel
from core.evaluation.figures import Figure
from core.evaluation.published import PUBLISHED
from core.evaluation.robustness import FamilyRobustness
from core.evaluation.seven_classes import ClassFigures
from core.evaluation.subgroups import Division, Subgroup
from dashboard.charts import changed_bands, class_confusion, drift_overview, roc, subgroups
from dashboard.charts.downloads import chart_bytes
from dashboard.charts.live import rates_over_time
from dashboard.charts.numbers import chart_csv
from dashboard.charts.paper import ACROSS, ALONE, BESIDE, PaperSize
from dashboard.charts.printed import print_chart, to_paper
from dashboard.charts.style import VERMILLION, new_figure
from tests.dashboard.test_charts import AT, CHARTS, CURVE, all_charts

FIGURE = Figure(0.9, 0.85, 0.95)


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_can_be_printed(name: str) -> None:
    figure = all_charts()[name]
    with Image.open(io.BytesIO(print_chart(figure, "png", 50)), formats=["PNG"]) as picture:
        assert picture.width > 300
    assert ElementTree.fromstring(print_chart(figure, "svg")).tag.endswith("svg")
    assert to_paper(figure).get_suptitle() == figure.layout.title.text


@pytest.mark.parametrize("size", [ACROSS, BESIDE])
def test_on_a_page_nothing_is_cut_off(size: PaperSize) -> None:
    family = FamilyRobustness(FIGURE, FIGURE, {"transverse": FIGURE, "rotated_10_degrees": FIGURE})
    months = [f"2026-{month:02}" for month in range(1, 13)]
    counts = pd.Series(range(12))
    charts = [changed_bands({"mild_changes": family}), rates_over_time("Rates", months, {"a": counts}, counts + 5, "b")]
    for figure in (*charts, *(all_charts()[name] for name in ("roc", "confusion_matrix", "score_distributions"))):
        paper = to_paper(figure, size)
        assert paper.get_figwidth() == size.width_in
        assert "\n" in paper.get_suptitle() or len(paper.get_suptitle()) < 85
        for box in filter(None, (axes.get_tightbbox() for axes in paper.axes)):
            assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= paper.bbox.width and box.y1 <= paper.bbox.height
            assert all(legend.get_window_extent().y1 <= box.y0 + 2 for legend in paper.legends if legend.get_texts())


def test_the_drawn_line_has_the_values_of_the_screen() -> None:
    paper = to_paper(all_charts()["roc"])
    [axes] = paper.axes
    drawn = {line.get_label(): line for line in axes.lines}
    drawn |= {container.get_label(): container[0] for container in axes.containers}
    assert np.asarray(drawn["sensitivity"].get_ydata()).tolist() == CURVE.value.tolist()
    assert to_hex(drawn["threshold 42%"].get_color()).lower() == VERMILLION.lower()


def test_a_mark_at_nought_is_drawn_whole() -> None:
    counts = pd.Series([0, 2])
    [axes] = to_paper(rates_over_time("Rates", ["2026-01", "2026-02"], {"a": counts}, counts + 5, "b")).axes
    assert axes.get_ylim()[0] == 0
    [marks] = [container[0] for container in axes.containers]
    assert marks.get_ydata()[0] == 0
    assert not marks.get_clip_on()
    assert marks.get_zorder() > axes.spines["bottom"].get_zorder()


def test_what_lies_beyond_an_axis_stays_cut() -> None:
    [axes] = to_paper(all_charts()["roc"]).axes
    drawn = {container.get_label(): container[0] for container in axes.containers}
    assert drawn["sensitivity"].get_clip_on()


def test_an_unknown_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="pie"):
        print_chart(go.Figure(go.Pie(values=[1, 2])))


def test_numbers_come_with_intervals_and_words() -> None:
    rows = list(csv.DictReader(io.StringIO(chart_csv(roc(CURVE, FIGURE, AT, PUBLISHED)))))
    point = next(row for row in rows if row["series"] == "threshold 42%")
    assert (float(point["y"]), float(point["y_low"]), float(point["y_high"])) == pytest.approx((0.94, 0.91, 0.96))
    assert sum("not comparable" in row["series"] for row in rows) == len(PUBLISHED)
    assert all("<br>" not in row["in_words"] for row in rows)


def test_a_csv_can_be_opened_by_a_spreadsheet() -> None:
    assert chart_bytes(all_charts()["confusion_matrix"], "csv").startswith(b"\xef\xbb\xbfseries,x,y")


def test_published_points_are_hollow_and_say_that_they_do_not_compare() -> None:
    figure = roc(CURVE, FIGURE, AT, PUBLISHED)
    [trace] = [trace for trace in figure.data if "not comparable" in trace.name]
    assert trace.marker.symbol.endswith("-open")
    assert all(point.source in text for point, text in zip(PUBLISHED, trace.hovertext, strict=True))


def test_small_groups_are_hollow_and_the_title_leaves_them_out() -> None:
    large = Subgroup("large", 100, 50, FIGURE, Figure(0.8, 0.7, 0.9), FIGURE)
    small = Subgroup("small", 12, 6, Figure(0.2, 0.1, 0.6), None, None)
    figure = subgroups(Division("Site", (large, small), 3))
    assert figure.layout.title.text == "Site: lowest sensitivity 90% (85–95%), large; specificity 80% (70–90%), large"
    symbols = figure.data[0].marker.symbol
    assert [symbol.endswith("-open") for symbol in symbols] == [False, True]
    assert len(figure.data[1].x) == 1
    print_chart(figure, "png", 40)


def test_the_legend_shows_a_series_filled_though_its_first_group_is_small() -> None:
    small, large = (
        Subgroup("a small one", 12, 6, FIGURE, FIGURE, None),
        Subgroup("large", 100, 50, FIGURE, FIGURE, None),
    )
    figure = subgroups(Division("Site", (small, large), 0))
    assert [trace.marker.symbol[0] for trace in figure.data] == ["diamond", "square"]
    assert list(figure.data[0].y) == ["large (n 100)", "a small one (n 12)"]
    assert list(figure.layout.yaxis.categoryarray) == ["a small one (n 12)", "large (n 100)"]  # drawn as in the table


def test_a_tick_between_whole_per_cents_is_said_where_it_lies() -> None:
    figure = new_figure("Shares").add_scatter(x=[0.0, 0.19], y=[0.0, 1.0])
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    paper = to_paper(figure)
    paper.draw_without_rendering()
    ticks = dict(zip(paper.axes[0].get_xticks(), (t.get_text() for t in paper.axes[0].get_xticklabels()), strict=True))
    assert ticks and all(float(text.rstrip("%")) == pytest.approx(100 * at) for at, text in ticks.items())


def test_a_figure_is_hollow_by_the_images_that_it_is_of_not_by_the_group() -> None:
    figure = subgroups(Division("Age", (Subgroup("young", 31, 1, FIGURE, FIGURE, None),), 0))
    sensitivity, specificity = figure.data
    assert (sensitivity.marker.symbol[0], specificity.marker.symbol[0]) == ("diamond-open", "square")
    assert sensitivity.hovertext[0] == "young (n 31): sensitivity 90.0% (85.0–95.0%) of 1 malignant, few"
    assert specificity.hovertext[0] == "young (n 31): specificity 90.0% (85.0–95.0%) of 30 benign"


def test_groups_that_are_alike_are_not_told_apart_and_lie_beside_each_other() -> None:
    found = [Subgroup(name, 100, 50, FIGURE, Figure(low, 0.1, 0.9), FIGURE) for name, low in (("a", 0.4), ("b", 0.6))]
    figure = subgroups(Division("Sex", tuple(found), 0))
    assert figure.layout.title.text == "Sex: lowest sensitivity 90% (85–95%), all alike; specificity 40% (10–90%), a"
    assert {trace.orientation for trace in figure.data} == {"h"} and figure.layout.scattermode == "group"


def many_groups() -> go.Figure:
    """Thirty groups with long names, some of them small, every fourth without a specificity."""
    named = [
        f"{'actinic keratosis and intraepithelial carcinoma of the head and neck '[: 9 + 2 * i]}{i}" for i in range(30)
    ]
    groups = [Subgroup(name, 20 + 7 * i, 9, FIGURE, FIGURE if i % 4 else None, None) for i, name in enumerate(named)]
    return subgroups(Division("Diagnosis", tuple(groups), 0))


@pytest.mark.parametrize("size", [ALONE, ACROSS])
def test_intervals_of_thirty_groups_lie_apart_and_their_names_are_whole(size: PaperSize) -> None:
    paper = to_paper(many_groups(), size)
    paper.draw_without_rendering()
    [axes] = paper.axes
    middles = sorted(
        float(axes.transData.transform((0, y))[1])
        for container in axes.containers
        for y in np.asarray(container[0].get_ydata(), dtype=float)
    )
    assert len(middles) == 30 + 22
    assert min(np.diff(middles)) >= 0.55 * size.text_pt / 72 * paper.dpi
    names = [label.get_window_extent() for label in axes.get_yticklabels()]
    assert all(box.x0 >= 0 for box in names)
    assert all(above.y0 >= below.y1 for above, below in pairwise(names))


def test_groups_stand_in_the_order_of_the_screen_also_where_one_lacks_a_figure() -> None:
    figure = many_groups()
    [axes] = to_paper(figure).axes
    said = [label.get_text().replace("\n", " ").replace("\u00a0", " ") for label in axes.get_yticklabels()]
    assert said == list(figure.layout.yaxis.categoryarray)
    assert axes.yaxis_inverted()


def test_a_month_without_anything_is_an_empty_cell_and_no_word() -> None:
    figure = rates_over_time("Rates", ["2026-01", "2026-02"], {"a": pd.Series([1, 0])}, pd.Series([2, 0]), "cases")
    rows = list(csv.DictReader(io.StringIO(chart_csv(figure))))
    assert [row["y"] for row in rows] == ["0.5", ""]
    assert "nan" not in chart_csv(figure)
    print_chart(figure, "png", 40)


def test_changed_bands_name_the_worst_in_words() -> None:
    family = FamilyRobustness(
        FIGURE, FIGURE, {"flip_left_right": Figure(0.03, 0.02, 0.04), "jpeg": Figure(0.01, 0, 0.02)}
    )
    figure = changed_bands({"mild_changes": family})
    assert figure.layout.title.text.startswith("“mirrored left to right” changes the band of 3.0% (2.0–4.0%)")
    assert figure.data[0].name == "mild changes"
    assert figure.data[0].hovertext[0] == "mirrored left to right: the band of 3.0% (2.0–4.0%) of the images changes"


def test_the_confusion_of_classes_counts_and_prints() -> None:
    classes = ClassFigures(("a", "b"), 10, FIGURE, {"a": FIGURE, "b": FIGURE}, {"a": 6, "b": 4}, ((5, 1), (2, 2)))
    figure = class_confusion(classes)
    assert np.array(figure.data[0].z) == pytest.approx(np.array([[5 / 6, 1 / 6], [0.5, 0.5]]))
    assert figure.data[0].hovertext[0][1] == "1 of 6 images of a were named b"
    [axes] = to_paper(figure).axes
    assert [text.get_text() for text in axes.texts] == ["5", "1", "2", "2"]
    assert axes.yaxis_inverted()


def test_drift_says_what_alarms() -> None:
    figure = drift_overview(
        (
            DriftFigure("brightness", 100, 0.4, 0.1, 0.3, 6.5e-201, DriftLevel.ALARM, 120, 60),
            DriftFigure("contrast", 100, 0.02, 0.1, 0.03, 0.9, DriftLevel.STEADY, 20, 21),
            DriftFigure("red_share", 100, 0.15, 0.1, 0.2, 0.001, DriftLevel.WATCH, 1, 2),
        ),
        0.1,
        0.25,
    )
    assert figure.layout.title.text == "Drift alarm: brightness; to watch: red share"
    assert {trace.name: len(trace.x) for trace in figure.data} == {"steady": 1, "watch": 1, "alarm": 1}
    assert list(figure.layout.yaxis.categoryarray) == ["brightness", "contrast", "red share"]  # as in the table
    assert figure.layout.yaxis.autorange == "reversed"
    alarm = next(trace for trace in figure.data if trace.name == "alarm")
    assert alarm.hovertext == ("brightness: PSI 0.40 (about 0.10 by chance), p < 0.001",)
    print_chart(figure, "png", 40)


def test_drift_names_no_level_that_nothing_is_on() -> None:
    figure = drift_overview((DriftFigure("contrast", 100, 0.02, 0.1, 0.03, 0.9, DriftLevel.STEADY, 20, 21),), 0.1, 0.25)
    assert [trace.name for trace in figure.data] == ["steady"]
