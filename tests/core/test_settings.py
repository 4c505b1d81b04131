"""Settings come from the environment, and every one has a default."""

from pathlib import Path

import pytest

from core.settings import DEFAULT_MODEL, PROJECT_ROOT, Settings

VARIABLES = ("HOME", "DATA", "WEIGHTS", "MODEL", "THREADS")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(f"LESIONWISE_{name}", raising=False)


def test_without_any_variable_everything_lies_in_the_users_own_folder() -> None:
    settings = Settings.from_environment()
    home = Path.home() / ".local" / "share" / "lesionwise"
    assert settings.home == home
    assert settings.database_url == f"sqlite:///{home}/lesionwise.db"
    assert settings.data is None
    assert settings.model_folder == PROJECT_ROOT / "weights" / DEFAULT_MODEL
    assert settings.torch_threads >= 1


def test_each_variable_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in {"HOME": tmp_path / "h", "DATA": tmp_path, "WEIGHTS": tmp_path / "w"}.items():
        monkeypatch.setenv(f"LESIONWISE_{name}", str(value))
    monkeypatch.setenv("LESIONWISE_MODEL", "other")
    monkeypatch.setenv("LESIONWISE_THREADS", "3")
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/record")
    settings = Settings.from_environment()
    assert (settings.data, settings.model_folder) == (tmp_path, tmp_path / "w" / "other")
    assert (settings.blob_root, settings.cache_root) == (tmp_path / "h" / "images", tmp_path / "h" / "cache")
    assert (settings.database_url, settings.torch_threads) == ("postgresql://somewhere/record", 3)


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.setenv(f"LESIONWISE_{name}", "")
    assert Settings.from_environment().model == DEFAULT_MODEL
    assert Settings.from_environment().data is None
