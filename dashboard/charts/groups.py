"""Figures group by group: subgroups, perturbations, diagnoses."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from core.evaluation.figures import Figure
from core.evaluation.robustness import FamilyRobustness
from core.evaluation.seven_classes import ClassFigures
from core.evaluation.subgroups import SMALL_N, Division, Subgroup
from dashboard.charts.style import BLUE, CLEAR, VERMILLION, faded, new_figure

_ROW_PX = 34
_MIN_BEHIND = 10  # images of the class that a share is of; below it a title would name a matter of chance
_MARGIN_PX = 150
_IN_WORDS = {
    "flip_left_right": "mirrored left to right",
    "flip_top_bottom": "mirrored top to bottom",
    "rotate_90": "turned by 90°",
    "rotate_180": "turned by 180°",
    "rotate_270": "turned by 270°",
    "transpose": "mirrored on one diagonal",
    "transverse": "mirrored on the other diagonal",
    "jpeg": "saved as JPEG again",
    "rotated_10_degrees": "turned by 10°",
    "cropped_10_percent": "cropped by 10%",
}


def subgroups(division: Division) -> go.Figure:
    """Sensitivity and specificity of each group as points with bars, hollow where few images stand behind one: a
    sensitivity is of the malignant images alone, a specificity of the benign ones."""
    names = [f"{group.name} (n {group.n})" for group in division.groups]
    figure = new_figure(_subgroup_title(division))
    for key, colour, symbol in (("sensitivity", VERMILLION, "diamond"), ("specificity", BLUE, "square")):
        figures: list[Figure | None] = [getattr(group, key) for group in division.groups]
        behind = [_n_behind(group, key) for group in division.groups]
        symbols = [f"{symbol}-open" if n < SMALL_N else symbol for n in behind]
        kind = "malignant" if key == "sensitivity" else "benign"
        said = [f"{{name}}: {{what}} {{value}} of {n:,} {kind}" + (", few" if n < SMALL_N else "") for n in behind]
        _add_points(figure, key, names, figures, colour, symbols, said)
    figure.update_traces(orientation="h")  # beside each other: intervals that overlap stay apart
    figure.update_yaxes(categoryorder="array", categoryarray=names)  # a group without one of the two keeps its place
    return _rows_layout(figure, len(names))


def changed_bands(families: Mapping[str, FamilyRobustness]) -> go.Figure:
    """The share of images whose band changes under each perturbation."""
    worst = max(
        ((name, share) for family in families.values() for name, share in family.by_perturbation.items()),
        key=lambda item: item[1].value,
    )
    name = in_words(worst[0])
    figure = new_figure(f"“{name}” changes the band of {worst[1].as_percent(1)} of the images, more than any other")
    for (family, found), (colour, symbol) in zip(
        families.items(), ((BLUE, "square"), (VERMILLION, "diamond")), strict=False
    ):
        names = [in_words(name) for name in found.by_perturbation]
        values, symbols = list(found.by_perturbation.values()), [symbol] * len(names)
        said = ["{name}: the band of {value} of the images changes"] * len(names)
        _add_points(figure, in_words(family), names, values, colour, symbols, said)
    _rows_layout(figure, sum(len(found.by_perturbation) for found in families.values()))
    return figure.update_xaxes(range=None, rangemode="tozero")


def in_words(name: str) -> str:
    """The name of a perturbation or of a family as people read it."""
    return _IN_WORDS.get(name) or name.replace("_", " ")


def class_confusion(classes: ClassFigures) -> go.Figure:
    """Counts of each diagnosis by the one that was named first; the tint is the share of the row."""
    sizes = [sum(row) for row in classes.confusion]
    shares = [[n / size for n in row] for row, size in zip(classes.confusion, sizes, strict=True)]
    names = list(classes.classes)
    figure = new_figure(f"{classes.balanced_accuracy.as_percent(1)} named right, averaged over {len(names)} kinds")
    figure.add_heatmap(
        x=names,
        y=names,
        z=shares,
        zmin=0,
        zmax=1,
        colorscale=[[0, faded(BLUE, 0.03)], [1, faded(BLUE, 0.55)]],
        showscale=False,
        xgap=2,
        ygap=2,
        text=[[str(n) for n in row] for row in classes.confusion],
        texttemplate="%{text}",
        hovertext=[
            [f"{n} of {size} images of {truth} were named {named}" for named, n in zip(names, row, strict=True)]
            for truth, row, size in zip(names, classes.confusion, sizes, strict=True)
        ],
        hoverinfo="text",
    )
    figure.update_xaxes(title="Named first", showgrid=False, automargin=True)
    figure.update_yaxes(title="Diagnosis", autorange="reversed", showgrid=False, automargin=True)
    return figure.update_layout(height=520)


def _subgroup_title(division: Division) -> str:
    """Where sensitivity and specificity are lowest, among groups of enough images."""
    found = [text for key in ("sensitivity", "specificity") if (text := _lowest(division, key))]
    said = "; ".join(found) or "no group is large enough to say more than the table"
    return f"{division.name}: {'lowest ' if found else ''}{said}"


def _lowest(division: Division, key: str) -> str:
    """Such as "sensitivity 90% (85–95%), large", "all alike" for a name; "" where no group has enough images."""
    known: dict[str, Figure] = {
        group.name: figure
        for group in division.groups
        if (figure := getattr(group, key)) and not group.is_small and _n_behind(group, key) >= _MIN_BEHIND
    }
    if not known:
        return ""
    name, lowest = min(known.items(), key=lambda item: item[1].value)
    is_alike = len(known) > 1 and all(figure.value == lowest.value for figure in known.values())
    return f"{key} {lowest.as_percent()}, {'all alike' if is_alike else name}"


def _n_behind(group: Subgroup, key: str) -> int:
    return group.n_malignant if key == "sensitivity" else group.n_benign


def _add_points(
    figure: go.Figure,
    what: str,
    names: Sequence[str],
    figures: Sequence[Figure | None],
    colour: str,
    symbols: Sequence[str],
    said: Sequence[str],
) -> None:
    """`said` is what hovering says of each, with its name, what it is and its value to be put in. Filled points come
    first: plotly gives a series in the legend the mark of its first point."""
    each = sorted(zip(names, figures, symbols, said, strict=True), key=lambda point: point[2].endswith("-open"))
    shown = [(name, value, symbol, words) for name, value, symbol, words in each if value]
    figure.add_scatter(
        x=[value.value for _, value, _, _ in shown],
        y=[name for name, _, _, _ in shown],
        error_x={
            "array": [value.high - value.value for _, value, _, _ in shown],
            "arrayminus": [value.value - value.low for _, value, _, _ in shown],
        },
        mode="markers",
        name=what,
        cliponaxis=False,
        marker={"color": colour, "size": 10, "symbol": [symbol for _, _, symbol, _ in shown]},
        hovertext=[words.format(name=name, what=what, value=value.as_percent(1)) for name, value, _, words in shown],
        hoverinfo="text",
    )


def _rows_layout(figure: go.Figure, n_rows: int) -> go.Figure:
    figure.update_xaxes(range=[-0.02, 1.02], tickformat=".0%")
    figure.update_yaxes(autorange="reversed", automargin=True, type="category", linecolor=CLEAR)
    legend = {"y": -60 / (_ROW_PX * n_rows + 60)}
    return figure.update_layout(height=_MARGIN_PX + _ROW_PX * n_rows, legend=legend, scattermode="group")
