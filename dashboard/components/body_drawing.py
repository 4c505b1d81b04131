"""The body map as SVG, drawn here: front, back, and enlarged soles and nails. Half a figure is drawn and mirrored."""

from core.body import Zone, zone_name
from core.taxonomy import BodyRegion, Laterality

VIEW_BOX = "0 0 470 420"
_CENTRE_PX = 75  # of a figure, in its own coordinates
_BACK_AT_PX, _DETAILS_AT_PX = 155, 318

# The viewer's left half of a figure 150 px wide and 400 high, by region; what is named later lies on top.
_OUTLINE = {
    "trunk": "M75 66L66 66Q52 70 46 76L47 126L52 170L50 186L75 208Z",
    "upper arm": "M33 90Q28 104 26 120L20 148L36 150L42 122L46 96Q40 92 33 90Z",
    "forearm": "M20 148L36 150L28 196L15 194Z",
    "hand": "M15 194L28 196Q33 206 29 218Q26 230 19 232Q9 230 9 214Q10 202 15 194Z",
    "thigh": "M50 186L73 207L72 222L67 284L48 284Q43 230 50 186Z",
    "lower leg": "M48 284L67 284Q69 310 62 366L51 366Q43 320 48 284Z",
}
_SHARED_FRONT = {
    BodyRegion.EAR: "M57 30q-6 -2 -5 6q1 8 6 8z",
    BodyRegion.FACE: "M75 8A18 25 0 0 0 75 58Z",
    BodyRegion.FRONT_OF_NECK: "M75 57L67 54L66 66L75 72Z",
    BodyRegion.ANTERIOR_CHEST: "M75 72L66 66Q56 69 46 76L50 96L54 122L75 124Z",
    BodyRegion.SHOULDER: "M66 66Q44 68 36 80L33 90Q40 92 46 96L48 86L50 74Z",
    BodyRegion.LATERAL_TRUNK: "M47 94L54 122L56 160L52 184L50 186L50 166L47 130Z",
    BodyRegion.ANTERIOR_ABDOMEN: "M54 122L75 124L75 200L53 187L56 160Z",
    BodyRegion.ANTERIOR_UPPER_ARM: _OUTLINE["upper arm"],
    BodyRegion.VOLAR_FOREARM: _OUTLINE["forearm"],
    BodyRegion.PALM_OF_HAND: _OUTLINE["hand"],
    BodyRegion.ANTERIOR_THIGH: _OUTLINE["thigh"],
    BodyRegion.SHIN: _OUTLINE["lower leg"],
    BodyRegion.DORSUM_OF_FOOT: "M51 366L62 366L66 384Q64 394 52 394Q42 394 42 388Q48 380 51 366Z",
}
_SHARED_BACK = {
    BodyRegion.SCALP: "M75 8A18 25 0 0 0 75 58Z",
    BodyRegion.NAPE_OF_NECK: "M75 58L67 54L66 66L75 68Z",
    BodyRegion.UPPER_BACK: "M75 68L66 66Q56 69 46 76L50 96L51 110L75 112Z",
    BodyRegion.SHOULDER: _SHARED_FRONT[BodyRegion.SHOULDER],
    BodyRegion.LATERAL_TRUNK: "M47 94L51 110L56 146L54 170L50 174L50 166L47 130Z",
    BodyRegion.MID_BACK: "M51 110L75 112L75 142L55.5 142Z",
    BodyRegion.LOWER_BACK: "M55.5 142L75 142L75 176L53 174L56 158Z",
    BodyRegion.BUTTOCK: "M50 174L75 176L75 212Q58 216 48 206Q47 190 50 174Z",
    BodyRegion.POSTERIOR_UPPER_ARM: _OUTLINE["upper arm"],
    BodyRegion.DORSAL_FOREARM: _OUTLINE["forearm"],
    BodyRegion.DORSUM_OF_HAND: _OUTLINE["hand"],
    BodyRegion.POSTERIOR_THIGH: "M48 206Q58 216 73 212L72 224L67 284L48 284Q44 240 48 206Z",
    BodyRegion.CALF: _OUTLINE["lower leg"],
    BodyRegion.SOLE_OF_FOOT: "M51 366L62 366L65 388Q58 396 48 388Z",
}
_MIDLINE = {
    BodyRegion.MOUTH: "M67 46q8 -4 16 0q-8 6 -16 0z",
    BodyRegion.GENITAL_REGION: "M65 194Q75 201 85 194L79 214Q75 219 71 214Z",
}
# One soleprint, one finger and one toe; the other side's is mirrored.
_DETAILS = {
    BodyRegion.SOLE_OF_FOOT: "M16 8Q30 2 34 14Q36 28 30 44Q30 58 28 70Q24 80 16 78Q8 76 9 64Q12 50 9 34Q6 16 16 8Z",
    BodyRegion.FINGERNAIL: "M14 30Q13 12 22 12Q31 12 30 30Q22 34 14 30Z",
    BodyRegion.TOENAIL: "M12 28Q12 16 22 16Q32 16 32 28Q22 33 12 28Z",
}
_AROUND = {
    BodyRegion.FINGERNAIL: "M10 60V24Q10 6 22 6Q34 6 34 24V60",
    BodyRegion.TOENAIL: "M6 56V28Q8 8 22 8Q36 8 38 28V56",
}
_DETAIL_PLACES = (
    (BodyRegion.SOLE_OF_FOOT, "Soles", 40),
    (BodyRegion.FINGERNAIL, "Fingernails", 175),
    (BodyRegion.TOENAIL, "Toenails", 290),
)


def draw_body() -> str:
    """The whole map; each zone is a path whose `data-zone` is the zone's name."""
    front = _figure(_SHARED_FRONT, is_front=True) + "".join(
        _path(region, "", path) for region, path in _MIDLINE.items()
    )
    back = _figure(_SHARED_BACK, is_front=False)
    return (
        f'<svg viewBox="{VIEW_BOX}" role="img" aria-label="Body map. The field Zone beside it says the same.">'
        f'<g>{front}</g><g transform="translate({_BACK_AT_PX} 0)">{back}</g>'
        f'<g transform="translate({_DETAILS_AT_PX} 0)">{_details()}</g></svg>'
    )


def _figure(halves: dict[BodyRegion, str], *, is_front: bool) -> str:
    """Both halves with the sides as the viewer meets them: a front shows the patient's right on the viewer's left."""
    sides = (Laterality.RIGHT, Laterality.LEFT) if is_front else (Laterality.LEFT, Laterality.RIGHT)
    mirrors = ("", f' transform="translate({2 * _CENTRE_PX} 0) scale(-1 1)"')
    drawn = [
        _path(region, mirror, path, side)
        for side, mirror in zip(sides, mirrors, strict=True)
        for region, path in halves.items()
    ]
    names = _text(_CENTRE_PX, 414, "Front" if is_front else "Back")
    return "".join(drawn) + names + _text(8, 60, sides[0][0].upper()) + _text(142, 60, sides[1][0].upper())


def _details() -> str:
    parts = []
    for region, title, top in _DETAIL_PLACES:
        parts.append(_text(74, top - 12, title))
        for side, left, mirror in ((Laterality.RIGHT, 18, ""), (Laterality.LEFT, 86, " translate(44 0) scale(-1 1)")):
            around = f'<path class="around" d="{_AROUND[region]}"/>' if region in _AROUND else ""
            inner = around + _path(region, "", _DETAILS[region], side)
            parts.append(f'<g transform="translate({left} {top}){mirror}">{inner}</g>')
            parts.append(_text(left + 22, top + (94 if region is BodyRegion.SOLE_OF_FOOT else 72), side[0].upper()))
    return "".join(parts)


def _path(region: BodyRegion, transform: str, path: str, side: Laterality = Laterality.MIDLINE) -> str:
    zone: Zone = (region, side)
    said = region.capitalize() if side is Laterality.MIDLINE else f"{region.capitalize()}, {side}"
    return f'<path class="zone" data-zone="{zone_name(zone)}" d="{path}"{transform}><title>{said}</title></path>'


def _text(x: int, y: int, words: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="middle">{words}</text>'
