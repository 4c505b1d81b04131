"""The only place that reads the environment."""

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parent.parent
DEFAULT_MODEL = "clinic"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things are and how much of the machine may be used.

    `home` holds the database, the pictures and the evaluations; `data` the labelled images, where there are any.
    `pictures` is a folder or an address such as s3://bucket/practice that keeps the pictures in place of `home`.
    """

    home: Path
    data: Path | None
    database_url: str
    weights_root: Path
    model: str
    torch_threads: int
    pictures: str = ""

    @classmethod
    def from_environment(cls) -> "Settings":
        """Read LESIONWISE_HOME, LESIONWISE_DATA, DATABASE_URL, LESIONWISE_WEIGHTS, LESIONWISE_MODEL,
        LESIONWISE_THREADS and LESIONWISE_PICTURES; what is not set gets its default."""
        home = _path("LESIONWISE_HOME") or Path.home() / ".local" / "share" / "lesionwise"
        return cls(
            home=home,
            data=_path("LESIONWISE_DATA"),
            database_url=os.environ.get("DATABASE_URL") or f"sqlite:///{home / 'lesionwise.db'}",
            weights_root=_path("LESIONWISE_WEIGHTS") or PROJECT_ROOT / "weights",
            model=os.environ.get("LESIONWISE_MODEL") or DEFAULT_MODEL,
            torch_threads=int(os.environ.get("LESIONWISE_THREADS") or os.cpu_count() or 1),
            pictures=os.environ.get("LESIONWISE_PICTURES", ""),
        )

    @property
    def model_folder(self) -> Path:
        """The folder of the network that is used unless the practice chose another."""
        return self.weights_root / self.model

    @property
    def picture_address(self) -> str:
        """The folder or address that holds images/, and staging/ and thumbnails/, which all servers share."""
        return self.pictures or str(self.home)

    @property
    def blob_root(self) -> Path:
        """Where pictures are kept, unless an address says where else."""
        return self.home / "images"

    @property
    def cache_root(self) -> Path:
        """Where what can be computed again is kept."""
        return self.home / "cache"


def _path(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return Path(value).expanduser().resolve() if value else None
