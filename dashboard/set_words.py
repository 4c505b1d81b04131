"""What people call the sets of images that a network was measured on."""

from core.evaluation.results import Evaluation
from core.evaluation.sets import HAM_SETS


def set_label(name: str) -> tuple[str, str]:
    """What a further set is called, and what it is."""
    part = HAM_SETS.get(name)
    if part is None:
        return name, "another labelled set; whether training saw it was not checked"
    if part == "test":
        return "Held-out lesions", "all seven kinds of HAM10000"
    return f"HAM10000, {part}", "not a test: training has used these lesions"


def label_of_set(name: str, main: Evaluation) -> str:
    """The same of any set, the one of a network's `main` evaluation too."""
    return "Test images" if name == main.set_name else set_label(name)[0]
