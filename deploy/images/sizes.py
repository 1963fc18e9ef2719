"""make image-sizes: how large the libraries of each image are, before and after they are made small.

Needs no container engine: each service's libraries are installed from the lock into a folder, as in deploy/Dockerfile,
made small by `deploy/images/slim.py`, and the service is loaded from what is left. SERVICES names some of them.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from deploy.images.slim import packages, slim

ROOT = Path(__file__).parents[2]
LOADS = {
    "gateway": "import services.gateway.__main__, uvloop",
    "compressor": "import services.compressor.__main__, pyvips, pi_heif, docx, pypdfium2.raw, python_calamine",
    "ocr": "from services.ocr.engine import Engine; Engine().load()",
    "extractor": "import services.extractor.__main__, services.extractor.claude, uvloop",
}
"""What a service loads, all in all; deploy/Dockerfile does the same in each build stage."""
COMPILED_BY_LOADING = ("ocr", "extractor")
"""Whose libraries are large and mostly not loaded: compiled is what loading reads. The others load more as they go."""


def size(folder: Path) -> int:
    """Bytes of all files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def install(service: str, folder: Path) -> Path:
    """Install a service's libraries from the lock; returns the folder of its packages."""
    uv = shutil.which("uv") or str(ROOT / ".local" / "uv" / "bin" / "uv")
    group = [] if service == "gateway" else ["--group", service]
    env = os.environ | {
        "UV_PROJECT_ENVIRONMENT": str(folder),
        "UV_LINK_MODE": "copy",
        "UV_COMPILE_BYTECODE": "0" if service in COMPILED_BY_LOADING else "1",
    }
    command = [uv, "sync", "--quiet", "--frozen", "--no-default-groups", *group]
    subprocess.run(command, cwd=ROOT, env=env, check=True)
    return packages(folder)


def load(service: str, environment: Path, models: Path) -> None:
    """Load what the service loads. Raises `CalledProcessError` when something of it is gone."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}
    env |= {"OCR_CACHE_DIR": str(models), "PADDLE_PDX_CACHE_HOME": str(environment / "cache")}
    env |= {"ORT_DISABLE_TELEMETRY": "1", "LOG_LEVEL": "error", "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run([environment / "bin" / "python", "-c", LOADS[service]], cwd=ROOT, env=env, check=True)
    shutil.rmtree(environment / "cache", ignore_errors=True)


def main(services: list[str]) -> None:
    table = Table(title="Libraries of the images", title_justify="left")
    for column in ("service", "installed MB", "small MB", "largest of it, MB"):
        table.add_column(column, justify="right" if "MB" in column and "," not in column else "left")
    with tempfile.TemporaryDirectory(prefix="timelift-images-") as name:
        for service in services:
            environment = Path(name) / service
            models = Path(name) / "models"
            site = install(service, environment)
            before = size(environment)
            if service == "ocr":
                # The models are prepared before their originals go, as in the image.
                load(service, environment, models)
            slim(site, models=service == "ocr")
            load(service, environment, models)
            after = size(environment) + (size(models) if service == "ocr" else 0)
            parts = {path.name: size(path) for path in site.iterdir() if path.is_dir()}
            if service == "ocr":
                parts["the models"] = size(models)
            largest = sorted(parts.items(), key=lambda part: -part[1])[:8]
            table.add_row(
                service,
                *(f"{n / 1e6:.0f}" for n in (before, after)),
                ", ".join(f"{n} {b / 1e6:.0f}" for n, b in largest),
            )
            shutil.rmtree(environment)
    Console(width=160).print(table)


if __name__ == "__main__":
    main((os.environ.get("SERVICES") or " ".join(LOADS)).split() if len(sys.argv) == 1 else sys.argv[1:])
