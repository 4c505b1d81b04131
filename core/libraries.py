"""What the program is built on, as it is installed: names, versions, licences."""

import platform
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata

_NAMES = (
    *("onnxruntime", "torch", "torchvision", "timm", "grad-cam", "safetensors", "numpy", "scipy", "scikit-learn"),
    *("pillow", "pillow-heif", "imagehash", "streamlit", "plotly", "pandas", "sqlalchemy", "alembic"),
)
_LONGEST = 60  # scipy puts the whole text of its licence where its name belongs


@dataclass(frozen=True, slots=True)
class Library:
    """One installed package."""

    name: str
    version: str
    licence: str


def installed_libraries() -> tuple[Library, ...]:
    """Python and the packages that matter for a result; one that is not installed is left out."""
    found = [_describe(name) for name in _NAMES]
    python = Library("Python", platform.python_version(), "PSF-2.0")
    return (python, *(library for library in found if library is not None))


def _describe(name: str) -> Library | None:
    try:
        facts = metadata(name)
    except PackageNotFoundError:
        return None
    return Library(name, facts["Version"], _licence(facts))


def _licence(facts: PackageMetadata) -> str:
    """The licence as the package states it: its expression, else its classifier, else its own short text."""
    if "License-Expression" in facts:
        return str(facts["License-Expression"])
    named = [line.rpartition(" :: ")[2] for line in facts.get_all("Classifier") or [] if line.startswith("License ::")]
    if named:
        return str(named[0])
    text = (facts.get_all("License") or [""])[0]
    return str(text) if 0 < len(text) <= _LONGEST else "see its distribution"
