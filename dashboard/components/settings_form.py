"""The practice's settings: the form, and the history of what was changed."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.domain import SettingChange
from core.errors import DataFolderInvalid
from core.evaluation.exploration import explore_at
from core.evaluation.parts import SetPart
from core.evaluation.sets import open_set
from dashboard import session
from dashboard.components.tables import draw_table
from dashboard.components.words import local_time
from dashboard.measured import get_cards, get_exploration
from dashboard.workflow.practice import Practice

LABEL = {
    "readers": "Readers",
    "prevalence": "Prevalence",
    "model": "Default network",
    "data_folder": "Data folder",
    "blind_first_read": "Blind first read",
}
_LONGEST_NAME = 80  # as long as the name column of a report is wide
_MAX_SHOWN = 50
_SHOW: dict[str, Callable[[str], str]] = {
    "readers": lambda value: value.replace("\n", ", "),
    "prevalence": lambda value: f"{100 * float(value):.4g}%",
}


def draw_form(practice: Practice) -> tuple[Practice, str] | None:
    """The fields; gives the settings as they shall be and who wants it so, once "Save settings" was pressed.

    Raises DataFolderInvalid for a data folder that holds no labelled images.
    """
    with st.form("settings", border=False):
        left, right = st.columns(2, gap="large")
        with left:
            names = _readers(practice)
            is_blind = _blind(practice)
            who = st.text_input(
                "Changed by", session.reader(), max_chars=_LONGEST_NAME, help="Kept with every change, with the time."
            )
        with right:
            prevalence = _prevalence(practice)
            model = _model(practice)
            data = _data_folder(practice)
        is_sent = st.form_submit_button("Save settings", type="primary", icon=":material/save:")
    if not is_sent:
        return None
    if not who.strip():
        st.warning("Give your name under “Changed by”: each change is kept with it.", icon=":material/person:")
        return None
    return Practice(_clean_names(names), prevalence / 100, model, _checked(data, practice), is_blind), who.strip()


def draw_history(changes: tuple[SettingChange, ...]) -> None:
    """Every change, newest first, on the clock of this machine."""
    st.subheader("Changes", anchor=False)
    if not changes:
        st.caption("Nothing was changed yet: the settings are as installed.")
        return
    rows = [
        [
            local_time(change.changed_at),
            change.changed_by or "nobody named",
            LABEL.get(change.key, change.key),
            _value(change),
        ]
        for change in changes[:_MAX_SHOWN]
    ]
    draw_table(["When", "Who", "Setting", "New value"], rows)
    if len(changes) > _MAX_SHOWN:
        st.caption(f"The newest {_MAX_SHOWN} of {len(changes)} changes.")


def changed_sentence(keys: list[str]) -> str:
    """What was saved, in words."""
    if not keys:
        return "Nothing was different, so nothing was changed."
    return f"Saved: {', '.join(LABEL.get(key, key).lower() for key in keys)}."


def _readers(practice: Practice) -> str:
    names = st.text_area(
        "Readers, one name per line", "\n".join(practice.readers), height=130, placeholder="Dr. A. Example"
    )
    st.caption(
        "Whoever reads chooses a name from this list at the top of each page. Reports say “named, not authenticated”: "
        "there is no password yet, so a name shows who said that they read, and proves nothing."
    )
    return names


def _blind(practice: Practice) -> bool:
    is_blind = st.toggle("Blind first read", practice.is_blind)
    st.caption(
        "The reader's own impression is kept before the machine's result is shown, or kept as skipped. Without it "
        "nobody can say whether the machine helped or misled."
    )
    return is_blind


def _prevalence(practice: Practice) -> float:
    percent = st.number_input(
        "Prevalence: malignant among the lesions seen here, in %",
        min_value=0.1,
        max_value=99.9,
        value=min(max(round(100 * practice.prevalence, 4), 0.1), 99.9),
        step=0.1,
        format="%.1f",
    )
    st.caption(
        "It changes the predictive values that are shown, and nothing else: no score, no threshold, no band. "
        f"{_meaning(practice)} Preset: 6.6%, as in UK urgent suspected-cancer referrals."
    )
    return float(percent)


def _meaning(practice: Practice) -> str:
    """What the prevalence in force does to the default network's predictive values."""
    card = get_cards().get(practice.model)
    images = get_exploration(practice.model, card.weights_sha256, SetPart.WHOLE) if card else None
    if card is None or images is None:
        return ""
    explored = explore_at(images, card.refer_threshold, practice.prevalence)
    return (
        f"At {practice.prevalence:.1%}, {explored.practice.positive.as_percent()} of what {practice.model} refers "
        f"would be malignant; at the test set's {images.prevalence:.1%} it is {explored.own.positive.as_percent()}."
    )


def _model(practice: Practice) -> str:
    names = list(get_cards())
    if practice.model not in names:
        st.warning(
            f"The network in force, {practice.model}, is not installed or not usable.", icon=":material/warning:"
        )
    index = names.index(practice.model) if practice.model in names else None
    chosen = st.selectbox("Default network", names, index, placeholder="Choose an installed network")
    st.caption("New results use it. Results that were made keep their network, score and band for good.")
    return chosen or practice.model


def _data_folder(practice: Practice) -> str:
    text = st.text_input(
        "Folder of labelled images",
        str(practice.data or ""),
        placeholder="Empty: the one that LESIONWISE_DATA names, if any",
    )
    st.caption("For the pictures of the worst errors, and for evaluation. Cases need none.")
    return text


def _clean_names(text: str) -> tuple[str, ...]:
    """Names in the order typed, without empty lines and repeats."""
    names = (" ".join(line.split())[:_LONGEST_NAME] for line in text.splitlines())
    return tuple(dict.fromkeys(name for name in names if name))


def _checked(text: str, practice: Practice) -> Path | None:
    """The folder once it is known to hold labelled images; the one in force is not looked at again."""
    if not text.strip():
        return None
    folder = Path(text.strip()).expanduser()
    if folder == practice.data:
        return folder
    if not folder.is_dir():
        raise DataFolderInvalid(f"There is no folder {folder} on this computer.")
    open_set(folder)
    return folder.resolve()


def _value(change: SettingChange) -> str:
    show = _SHOW.get(change.key, str)
    return show(change.value) or "none"
