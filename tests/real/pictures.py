"""Gets the pages' pictures: from a folder, or by cloning their public repositories.

A folder may hold them as ``round-1/NAME.png`` or as the repositories have them (``owner/name/path``). A PDF's page is
drawn by pdfium at 150 dpi; where the picture that was labelled differs from that in its pixels, so may the figures.
"""

import subprocess
import tempfile
from pathlib import Path

import pypdfium2

from tests.benchmarks.accuracy import PICTURES
from tests.real.pages import RealPage, digest

_DPI = 150
_CLONE_SECONDS = 300
_GIT = ("git", "-c", "advice.detachedHead=false", "-c", "credential.helper=", "-c", "core.askPass=true")


def collect(pages: list[RealPage], given: Path | None, folder: Path) -> dict[str, str]:
    """Put the pages' pictures into `folder`, as ``ROUND+NAME.suffix``; those there already are left.

    Args:
        given: a folder of them; null for the network.

    Returns:
        What is not there, with the reason.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing: dict[str, str] = {}
    for page in pages:
        name = f"{page.round}+{page.name}"
        if any(folder.glob(f"{name}.*")):
            continue
        found = _given(page, given) if given else _cloned(page)
        if isinstance(found, str):
            missing[name] = found
            continue
        data, suffix = found
        (folder / f"{name}{suffix}").write_bytes(data)
    return missing


def _given(page: RealPage, folder: Path) -> tuple[bytes, str] | str:
    for path in sorted((folder / page.round).glob(f"{page.name}.*")):
        if path.suffix.lower() in PICTURES and digest(data := path.read_bytes()) == page.truth.picture:
            return data, path.suffix
    file = folder / page.truth.source / page.truth.path
    return _checked(page, file.read_bytes()) if file.is_file() else "not in the folder, or another picture"


def _cloned(page: RealPage) -> tuple[bytes, str] | str:
    """The file of a public repository: of its newest state, else of any older one that has it."""
    with tempfile.TemporaryDirectory(prefix="timelift-real-") as folder:
        clone = ["clone", "--quiet", "--no-checkout", "--filter=blob:none", f"https://github.com/{page.truth.source}"]
        try:
            _git(*clone, folder, cwd=folder)
            log = ["log", "--all", "--format=%H", "--diff-filter=AM", "--", page.truth.path]
            for commit in _git(*log, cwd=folder).decode().split():
                if digest(data := _git("show", f"{commit}:{page.truth.path}", cwd=folder)) == page.truth.sha256:
                    return _checked(page, data)
        except subprocess.SubprocessError as error:
            return f"could not be cloned: {error}"
    return "no longer in the repository"


def _git(*arguments: str, cwd: str) -> bytes:
    done = subprocess.run(
        [*_GIT, *arguments], cwd=cwd, check=True, capture_output=True, timeout=_CLONE_SECONDS, stdin=subprocess.DEVNULL
    )
    return done.stdout


def _checked(page: RealPage, data: bytes) -> tuple[bytes, str] | str:
    if digest(data) != page.truth.sha256:
        return "another file than the one that was labelled"
    if page.truth.page is None:
        return data, Path(page.truth.path).suffix
    with pypdfium2.PdfDocument(data) as document:
        image = document[page.truth.page - 1].render(scale=_DPI / 72).to_pil()
        with tempfile.TemporaryDirectory(prefix="timelift-real-") as folder:
            path = Path(folder) / "page.png"
            image.save(path)
            return path.read_bytes(), ".png"
