"""The installer skips what is done, names the right torch, and knows how much would be fetched."""

import importlib.util
import os
import re
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest

from core.settings import PROJECT_ROOT


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """install.py as a module, at work in a folder of the test's own."""
    spec = importlib.util.spec_from_file_location("install_under_test", PROJECT_ROOT / "install.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements.txt").write_text("# torch first\ntorch==2.13.0\ntorchvision==0.28.0\nnumpy==2.4.6\n")
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6\n")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    return module


def test_what_is_installed_is_skipped_until_a_file_changes(install: ModuleType, tmp_path: Path) -> None:
    done: list[str] = []

    def once(files: list[str]) -> None:
        install.once("app", files, lambda: done.append("installed"))

    once(["requirements.txt", "constraints.txt"])
    once(["requirements.txt", "constraints.txt"])
    assert len(done) == 1
    (tmp_path / "constraints.txt").write_text("numpy==2.4.7\n")
    once(["requirements.txt", "constraints.txt"])
    once(["requirements.txt", "constraints.txt"])
    assert len(done) == 2


def test_an_installation_that_failed_is_tried_again(install: ModuleType) -> None:
    def fail() -> None:
        sys.exit(1)

    with pytest.raises(SystemExit):
        install.once("app", ["requirements.txt"], fail)
    done: list[str] = []
    install.once("app", ["requirements.txt"], lambda: done.append("installed"))
    assert done == ["installed"]


def test_goals_have_stamps_of_their_own(install: ModuleType) -> None:
    done: list[str] = []
    for goal in ("app", "test", "app"):
        install.once(goal, ["requirements.txt"], lambda goal=goal: done.append(goal))
    assert done == ["app", "test"]


def test_torch_is_named_and_not_torchvision(install: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("torchvision==0.28.0\n# torch is first\ntorch==9.9.9\n")
    assert install.pinned_torch() == "torch==9.9.9"


def normalised(lines: Iterable[str]) -> set[str]:
    """Names as pip compares them (PEP 503), without their extras, which constraints do not have."""
    return {re.sub(r"\[.*\]", "", line).strip().lower().replace("_", "-") for line in lines}


def test_the_projects_own_requirements_pin_torch_and_agree_with_the_constraints(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "ROOT", PROJECT_ROOT)
    constraints = (PROJECT_ROOT / "constraints.txt").read_text()
    lines = (PROJECT_ROOT / "requirements.txt").read_text().splitlines()
    pinned = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    assert install.pinned_torch() in pinned
    assert all("==" in line for line in pinned)
    assert normalised(pinned) <= normalised(constraints.splitlines())


def test_the_size_of_a_local_file_is_known_and_of_a_missing_one_is_not(install: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "a wheel+cpu.whl"
    wheel.write_bytes(bytes(1234))
    assert install.size_of(wheel.as_uri()) == 1234
    assert install.size_of((tmp_path / "gone.whl").as_uri()) is None


def test_the_size_behind_an_address_that_does_not_answer_is_unknown(install: ModuleType) -> None:
    started = time.perf_counter()
    assert install.size_of("http://127.0.0.1:9/x.whl") is None
    assert time.perf_counter() - started < 5


def test_a_command_that_fails_ends_the_installation_without_showing_a_password(
    install: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit(3)", "https://user:secret@index.example/simple"]
    with pytest.raises(SystemExit) as caught:
        install.run(command)
    assert caught.value.code == 3
    out = capsys.readouterr().out
    assert "secret" not in out
    assert "https://index.example/simple" in out


def test_an_old_python_is_told_what_is_needed(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install.sys, "version_info", (3, 10, 9))
    assert install.main("app") == 1
    assert "Python 3.11 or newer is needed" in capsys.readouterr().out


@pytest.mark.parametrize(("ci", "installed"), [("true", ["postgresql"]), ("", [])])
def test_postgres_is_installed_in_ci_alone_and_only_where_it_is_missing(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, installed: list[str]
) -> None:
    asked: list[str] = []
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(install, "can_use_apt", lambda: True)
    monkeypatch.setattr(install, "apt_install", asked.append)
    monkeypatch.setattr(install, "DEBIAN_POSTGRES", tmp_path)
    install.provide_postgres()
    assert asked == installed
    (tmp_path / "15" / "bin").mkdir(parents=True)
    (tmp_path / "15" / "bin" / "initdb").touch()
    install.provide_postgres()
    assert asked == installed


def test_moto_that_cannot_be_had_leaves_nothing_and_ends_nothing(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(install, "MOTO", tmp_path / "moto")
    monkeypatch.setattr(install.venv, "create", lambda folder, **_: folder.mkdir())
    monkeypatch.setattr(install.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 1))
    install.once("moto", ["requirements.txt"], install.provide_moto)
    assert not (tmp_path / "moto").exists()
    assert "will be skipped" in capsys.readouterr().out
    monkeypatch.setattr(install.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0))
    install.once("moto", ["requirements.txt"], install.provide_moto)
    assert (tmp_path / "moto").exists()
    install.once("moto", ["requirements.txt"], lambda: pytest.fail("installed again"))


def test_an_environment_made_halfway_is_made_anew(
    install: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / ".venv"
    monkeypatch.setattr(install, "PYTHON", folder / "bin" / "python")
    monkeypatch.setattr(install, "install_torch", lambda *_: None)
    monkeypatch.setattr(install, "install_file", lambda *_: None)
    venv.create(folder, with_pip=False)  # as Ctrl-C during ensurepip leaves it
    assert install.PYTHON.is_file() and not install.has_pip(install.PYTHON)
    (folder / "left over").touch()
    install.install_app()
    assert install.has_pip(install.PYTHON)
    assert not (folder / "left over").exists()
    monkeypatch.setattr(install.venv, "create", lambda *_, **__: pytest.fail("made again"))
    install.install_app()


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(subprocess.CalledProcessError(1, "ensurepip"), id="without ensurepip"),
        pytest.param(SystemExit(1), id="Debian's Python"),
        pytest.param(OSError("No space left on device"), id="disk full"),
    ],
)
def test_an_environment_that_cannot_be_made_ends_with_a_hint(
    install: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: BaseException
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(install.venv, "create", fail)
    with pytest.raises(SystemExit) as caught:
        install.make_venv(install.VENV)
    assert caught.value.code == 1
    out = capsys.readouterr().out
    assert "`python3-venv`" in out
    assert "No space left" in out or not isinstance(error, OSError)


def test_the_installer_needs_nothing_but_python() -> None:
    """It runs before anything is installed: without site-packages it must import."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import runpy; runpy.run_path('install.py', run_name='imported')"],
        cwd=PROJECT_ROOT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
