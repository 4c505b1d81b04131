"""Who may know whom: by the import statements of every file, and by what an import really loads."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import PROJECT_ROOT

NETWORK = {"torch", "torchvision", "timm", "pytorch_grad_cam", "safetensors"}
STORAGE = {"sqlalchemy", "alembic"}
FORBIDDEN = {
    "core": {"streamlit", "db", "dashboard", "pages"} | STORAGE,
    "db": {"streamlit", "dashboard", "pages"} | NETWORK,
    "dashboard": {"pages"} | NETWORK,
    "dashboard/workflow": {"streamlit", "plotly"},
    "dashboard/charts": {"streamlit", "db"},
    "pages": {"db", "pandas"} | NETWORK | STORAGE,
}
ALLOWED_FROM_CORE = {
    "db": {"core.domain", "core.taxonomy", "core.errors"},
    "core/imaging": {"core.domain", "core.errors", "core.taxonomy", "core.imaging"},
    "core/data": {"core.errors", "core.domain", "core.taxonomy", "core.imaging", "core.data"},
}


def python_files(folder: str) -> list[Path]:
    files = sorted((PROJECT_ROOT / folder).rglob("*.py"))
    assert files, f"{folder} holds no file"
    return files


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every module that a file imports, wherever in the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield node.lineno, node.module or ""


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_no_file_imports_what_its_layer_must_not_know(folder: str) -> None:
    wrong = [
        f"{path.relative_to(PROJECT_ROOT)}:{line}: {name}"
        for path in python_files(folder)
        for line, name in imported(path)
        if name.split(".")[0] in FORBIDDEN[folder]
    ]
    assert wrong == []


@pytest.mark.parametrize("folder", ALLOWED_FROM_CORE)
def test_of_core_a_lower_layer_knows_only_what_lies_below_it(folder: str) -> None:
    allowed = ALLOWED_FROM_CORE[folder]
    wrong = [
        f"{path.relative_to(PROJECT_ROOT)}:{line}: {name}"
        for path in python_files(folder)
        if path.name != "__main__.py"  # a command puts together what does not know each other
        for line, name in imported(path)
        if name.split(".")[0] == "core" and ".".join(name.split(".")[:2]) not in allowed
    ]
    assert wrong == []


def test_the_environment_is_read_in_one_place() -> None:
    readers = [
        str(path.relative_to(PROJECT_ROOT))
        for folder in ("core", "db", "pages")
        for path in python_files(folder)
        if any(
            isinstance(node, ast.Attribute) and node.attr in ("environ", "getenv")
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        )
    ]
    assert readers == ["core/settings.py"]


def test_only_commands_print() -> None:
    printing = [
        str(path.relative_to(PROJECT_ROOT))
        for folder in ("core", "db", "dashboard", "pages")
        for path in python_files(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert {Path(name).name for name in printing} <= {"__main__.py"}


def test_a_press_on_a_download_does_not_redraw_the_page() -> None:
    """The redrawn page would forget the file that is being made: of 60 presses on a busy machine 20 gave none."""
    calls = [
        (
            f"{path.relative_to(PROJECT_ROOT)}:{node.lineno}",
            {word.arg: ast.unparse(word.value) for word in node.keywords},
        )
        for folder in ("dashboard", "pages")
        for path in python_files(folder)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "download_button"
    ]
    assert len(calls) >= 9
    assert [place for place, words in calls if words.get("on_click") != "'ignore'"] == []


def test_no_folder_pages_lies_beside_the_entry_point() -> None:
    assert (PROJECT_ROOT / "dashboard" / "app.py").is_file()
    assert not (PROJECT_ROOT / "dashboard" / "pages").exists()


def run_python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT_ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


LOADED = "import sys; print(sorted({name.split('.')[0] for name in sys.modules} & %r))"


@pytest.mark.parametrize(
    ("module", "left_out"),
    [
        ("db.repositories", NETWORK | {"streamlit", "matplotlib"}),
        ("db.unit_of_work", NETWORK | {"streamlit"}),
        ("core", NETWORK | STORAGE | {"streamlit", "numpy"}),
        ("core.domain", NETWORK | STORAGE | {"streamlit"}),
        ("core.imaging.decode", NETWORK | STORAGE | {"streamlit"}),
        ("core.classifier.classifier", NETWORK | STORAGE | {"streamlit", "pandas", "sklearn", "onnx"}),
        ("dashboard.components.frame", NETWORK | {"sklearn", "matplotlib", "reportlab", "onnxruntime"}),
    ],
)
def test_an_import_loads_no_more_than_it_needs(module: str, left_out: set[str]) -> None:
    assert run_python(f"import {module}; " + LOADED % left_out) == "[]"


def test_importing_core_installs_the_torchvision_hook_once() -> None:
    code = (
        "import sys, core; from core.torchvision_hook import install; install(); "
        "print(sum(type(finder).__name__ == '_TorchvisionFinder' for finder in sys.meta_path), 'torch' in sys.modules)"
    )
    assert run_python(code) == "1 False"


def test_behind_the_hook_torchvision_timm_and_the_heat_maps_import() -> None:
    code = (
        "import sys, core, torchvision, timm; from core.torchvision_hook import install; install(); "
        "print(torchvision.__name__, any(type(f).__name__ == '_TorchvisionFinder' for f in sys.meta_path))"
    )
    assert run_python(code) == "torchvision False"
