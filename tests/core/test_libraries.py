"""What the program is built on, as it is installed."""

import platform
from importlib.metadata import version

import pytest

from core import libraries
from core.libraries import installed_libraries


def test_versions_are_those_that_are_installed() -> None:
    found = {library.name: library.version for library in installed_libraries()}
    assert found["Python"] == platform.python_version()
    assert found["torch"] == version("torch")


def test_each_has_a_licence_of_a_readable_length() -> None:
    for library in installed_libraries():
        assert 2 < len(library.licence) < 120, library


def test_what_is_not_installed_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "_NAMES", ("numpy", "no-such-package-here"))
    assert [library.name for library in installed_libraries()] == ["Python", "numpy"]
