"""Whether a pseudonym or a file name looks like what must not be in it: a person's name, a date. A hint, no verdict."""

import re
from datetime import date
from pathlib import PurePath

_WORD = re.compile(r"[^\W\d_]{3,}")
_PARTED = re.compile(r"(?<!\d)(\d{1,4})[-./_ ](\d{1,2})[-./_ ](\d{2,4})(?!\d)")
_WHOLE = re.compile(r"(?<!\d)\d{8}(?!\d)")
_MONTH = re.compile(
    r"\d\s*[-./_ ]?\s*(jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\W*\d", re.IGNORECASE
)
_YEARS = range(1900, 2100)
# Words that stand in names of pictures and pseudonyms of practices and are no one's name.
_NEUTRAL_WORDS = (
    "image images img picture pic photo scan dermoscopic dermoscopy derm dermoscope clinical overview close copy "
    "isic ham patient pat pseudonym anonymous anon case test demo study subject proband sample lesion nevus naevus "
    "mole melanoma keratosis spot left right midline front back upper lower inner outer side head face scalp ear nose "
    "cheek chin neck nape chest breast abdomen belly flank trunk torso shoulder arm elbow forearm wrist hand palm "
    "finger thumb nail hip buttock thigh leg knee shin calf ankle foot heel sole toe synthetic first second third "
    "visit baseline follow control new old morning evening and the with without from"
)
_NEUTRAL = frozenset(_NEUTRAL_WORDS.split())


def find_hint(text: str, *, is_filename: bool = False) -> str:
    """What a pseudonym or file name looks like and what to do, in a line; "" where it looks harmless."""
    stem = PurePath(text.replace("\\", "/")).stem if is_filename else text
    has_name, has_date = looks_like_name(stem, is_filename=is_filename), looks_like_date(stem)
    seen = " and ".join(what for what, is_so in (("a person's name", has_name), ("a date", has_date)) if is_so)
    if not seen:
        return ""
    if is_filename:
        return f"This file name may hold {seen} and is kept with the case. Rename files before you upload them."
    return f"This pseudonym may hold {seen}: use a code that only your own list explains."


def names_pseudonym(text: str, pseudonym: str) -> bool:
    """Whether a pseudonym stands in a text as a word of its own, in any case: “1” is not in “clinic 2021.zip”."""
    whole = rf"(?<![^\W_]){re.escape(pseudonym.strip())}(?![^\W_])"
    return bool(pseudonym.strip()) and re.search(whole, text, re.IGNORECASE) is not None


def looks_like_date(text: str) -> bool:
    """Whether some part of a text is a day of the calendar, with or without marks between its numbers."""
    parted = ((m[1], m[2], m[3]) for m in _PARTED.finditer(text))
    whole = (m[0] for m in _WHOLE.finditer(text))
    split = (parts for digits in whole for parts in _split(digits))
    return bool(_MONTH.search(text)) or any(_is_day(*parts) for parts in (*parted, *split))


def looks_like_name(text: str, *, is_filename: bool = False) -> bool:
    """Whether words are left when codes and what pictures are commonly called are taken out.

    A file name needs a capital or two such words, since single words in small letters most often say what is shown.
    """
    words = [word for word in _WORD.findall(text) if not _is_neutral(word)]
    return len(words) > 1 or any(word[0].isupper() or not is_filename for word in words)


def _is_neutral(word: str) -> bool:
    """Known words, their plurals, and short codes in capitals."""
    plain = word.lower()
    return plain in _NEUTRAL or plain.removesuffix("s") in _NEUTRAL or (word.isupper() and len(word) <= 5)


def _split(digits: str) -> tuple[tuple[str, str, str], ...]:
    return (digits[:4], digits[4:6], digits[6:]), (digits[:2], digits[2:4], digits[4:])


def _is_day(first: str, second: str, third: str) -> bool:
    """Whether three numbers are a day: year first, or last with day or month leading."""
    if len(first) == 4:
        return _exists(first, second, third)
    year = third if len(third) == 4 else f"20{third}" if len(third) == 2 else ""
    return bool(year) and (_exists(year, second, first) or _exists(year, first, second))


def _exists(year: str, month: str, day: str) -> bool:
    try:
        return date(int(year), int(month), int(day)).year in _YEARS
    except ValueError:
        return False
