"""Sets everything up: `python3 install.py [app|test|train|moto]`, on a fresh machine with Python 3.11+ alone.

What is done already is skipped, by a stamp in .venv that holds the hash of what was installed. torch comes first and
alone: a range that another package gives may otherwise pull in gigabytes of CUDA libraries. TORCH_INDEX names an index
to take torch from, for example one of CPU builds; without it the size of what comes is printed before it is fetched.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = ROOT / "constraints.txt"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MOTO = ROOT / ".venv-moto"
DEBIAN_POSTGRES = Path("/usr/lib/postgresql")
_PIP = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]


def main(goal: str) -> int:
    """Install for the goal; returns the exit status."""
    if sys.version_info < (3, 11):  # noqa: UP036  (this file is run by whatever Python there is)
        say(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}.")
        return 1
    once("app", ["requirements.txt", "constraints.txt"], install_app)
    if goal == "test":
        once("test", ["requirements-dev.txt", "constraints.txt"], lambda: install_file("requirements-dev.txt"))
        provide_browser()
        provide_postgres()
    if goal == "moto" or (goal == "test" and os.environ.get("CI")):
        once("moto", ["requirements-moto.txt"], provide_moto)
    if goal == "train":
        once("train", ["requirements-train.txt"], lambda: install_file("requirements-train.txt"))
    return 0


def once(name: str, files: list[str], install: Callable[[], bool | None]) -> None:
    """Run the installation unless its stamp says that these files were installed already; False gives no stamp."""
    wanted = hashlib.sha256(b"".join((ROOT / file).read_bytes() for file in files)).hexdigest()
    stamp = VENV / f".installed-{name}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if install() is not False:
        stamp.write_text(wanted)


def install_app() -> None:
    """Make the virtual environment; torch first and alone; then the rest."""
    if not has_pip(PYTHON):
        say("Making the virtual environment .venv ...")
        make_venv(VENV)
    install_torch(pinned_torch(), os.environ.get("TORCH_INDEX", ""))
    install_file("requirements.txt")


def has_pip(python: Path) -> bool:
    """Whether this Python is there and can install; one that was made halfway cannot."""
    return (
        python.is_file()
        and not subprocess.run(
            [str(python), "-m", "pip", "--version"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode
    )


def make_venv(folder: Path) -> None:
    """A virtual environment in place of what may lie there; where it cannot be made the installation ends."""
    try:
        venv.create(folder, clear=True, with_pip=True)
    except (OSError, subprocess.CalledProcessError, SystemExit) as error:  # Debian's Python prints, then exits
        why = "" if isinstance(error, SystemExit) else f" ({error})"
        say(f"No virtual environment could be made{why}: Debian and Ubuntu need the package `python3-venv` for it.")
        sys.exit(1)


def pinned_torch() -> str:
    """The line of requirements.txt that names torch, for example `torch==2.13.0`."""
    return next(line for line in (ROOT / "requirements.txt").read_text().split() if line.startswith("torch=="))


def install_torch(torch: str, index: str) -> None:
    """Install torch from the given index, or from the usual one after saying how much that will fetch."""
    from_where = ["--index-url", index] if index else []
    if not index:
        say(f"{torch}: asking what comes with it. TORCH_INDEX=<index of CPU builds> makes it smaller.")
        say(describe_download(torch))
    run([*_PIP, "install", "--quiet", *from_where, torch])


def describe_download(requirement: str) -> str:
    """A sentence with the number of files and megabytes that pip would fetch for a requirement."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        run([*_PIP, "install", "--quiet", "--dry-run", "--report", str(report), requirement])
        files = [item["download_info"]["url"] for item in json.loads(report.read_text())["install"]]
    sizes = [size_of(url) for url in files]
    known = sum(size for size in sizes if size is not None)
    unknown = sum(size is None for size in sizes)
    more = f", and {unknown} of unknown size" if unknown else ""
    return f"{len(files)} files with {known / 1e6:,.0f} MB{more} will be fetched."


def size_of(url: str) -> int | None:
    """Bytes behind an address, by its header alone; None where the server does not say."""
    if url.startswith("file://"):
        path = Path(urllib.request.url2pathname(url.removeprefix("file://")))
        return path.stat().st_size if path.is_file() else None
    try:
        request = urllib.request.Request(url, method="HEAD")
        with urllib.request.urlopen(request, timeout=20) as answer:
            length = answer.headers.get("Content-Length")
    except OSError:
        return None
    return int(length) if length else None


def install_file(name: str) -> None:
    """Install a requirements file within the constraints."""
    say(f"Installing {name} ...")
    run([*_PIP, "install", "--quiet", "-r", str(ROOT / name), "-c", str(CONSTRAINTS)])


def provide_browser() -> None:
    """See to a Chromium for the browser tests; where none can be had, those tests say so themselves."""
    if any(map(shutil.which, BROWSERS)):
        return
    if can_use_apt():
        apt_install("chromium")
        if any(map(shutil.which, BROWSERS)):
            return
    say("Asking Playwright for its own Chromium, for at most 60 s ...")
    try:
        subprocess.run([str(PYTHON), "-m", "playwright", "install", "chromium"], check=False, timeout=60)
    except subprocess.TimeoutExpired:
        say("No browser within 60 s: the browser tests will be skipped, or fail where CI is set.")


def provide_postgres() -> None:
    """See to a PostgreSQL for the tests where CI is set; elsewhere it is the user's to install, or they are skipped."""
    if os.environ.get("CI") and can_use_apt() and not any(DEBIAN_POSTGRES.glob("*/bin/initdb")):
        apt_install("postgresql")


def provide_moto() -> bool:
    """A stand-in for S3 for the tests, in an environment of its own: what it brings along would change the pins.

    Says whether it could be had; where not, the next run tries again.
    """
    say("Making .venv-moto ...")
    venv.create(MOTO, clear=True, with_pip=True)
    pip = [str(MOTO / "bin" / "python"), *_PIP[1:], "install", "--quiet", "-r", str(ROOT / "requirements-moto.txt")]
    if subprocess.run(pip, check=False).returncode:
        shutil.rmtree(MOTO)
        say("No moto: the tests of pictures under s3:// will be skipped.")
        return False
    return True


def can_use_apt() -> bool:
    """Whether this is Debian or one of its children, and packages may be installed."""
    return shutil.which("apt-get") is not None and os.geteuid() == 0


def apt_install(package: str) -> None:
    """Install a package of the system; what needs it says so itself where that fails."""
    say(f"Installing {package} with apt ...")
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", package]):
        subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(command: list[str]) -> None:
    """Run a command; a failure ends the installation with its exit status."""
    status = subprocess.run(command, check=False).returncode
    if status:
        shown = " ".join(re.sub(r"//[^@/]*@", "//", part) for part in command)  # no password of an index on screen
        say(f"This failed: {shown}")
        sys.exit(status)


def say(sentence: str) -> None:
    """Print a line at once."""
    print(sentence, flush=True)  # noqa: T201  (a command's own voice)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "app"))
