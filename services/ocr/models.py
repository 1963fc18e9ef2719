"""Where the models come from: the weights inside the rapidocr wheel, a hub, or the operator's own folder.

PaddleOCR reads a model from a folder of two files: ``inference.onnx`` and ``inference.yml``, which names the model and
says how its input is prepared and its output decoded. The wheel carries the graphs only, so the folder is made once
under ``OCR_CACHE_DIR`` and found there by every later start.
"""

import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Literal

import yaml

from services.ocr.graph import keep_classes
from services.ocr.quantise import fused, quantise
from shared.settings import Settings, setting

_LAYOUT = 5
"""Raised when what is written into a model folder changes, so that an older cache is left alone and not trusted."""
_STALE_SECONDS = 3600
_GRAPH, _RECIPE, _SEAL = "inference.onnx", "inference.yml", "inference.sha256"
_RANGES = Path(__file__).with_name("ranges.json")
_LATIN = ((0x20, 0x24F), (0x2B0, 0x3FF), (0x1E00, 0x1EFF), (0x2000, 0x2BFF), (0x2C60, 0x2C7F))
"""Code points: the blocks of the Latin letters, accents, Greek as used in formulas, punctuation and symbols."""


class ModelSettings(Settings):
    group: ClassVar[str] = "Text recognition"
    ocr_models: Literal["bundled", "download"] = setting(
        "bundled",
        "bundled takes the models out of an installed wheel and fetches nothing; download takes PaddleOCR's larger "
        "ones from a model hub on the first start.",
    )
    ocr_alphabet: Literal["latin", "all"] = setting(
        "latin",
        "What the bundled model reads: latin is the letters of all Latin scripts, digits, punctuation and symbols; "
        "all adds Chinese, Japanese and emoji, and takes longer for every line.",
    )
    ocr_model_dir: str = setting(
        "",
        "A folder of your own models, instead of OCR_MODELS: two folders, det and rec (or named after their models, "
        "such as PP-OCRv6_medium_det), each with inference.onnx and inference.yml.",
    )
    ocr_cache_dir: str = setting(".local/models", "Folder that model files are made ready in.")


class ModelError(RuntimeError):
    """The models cannot be used. The text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Model:
    """One model: its name for PaddleOCR and its folder; no folder lets PaddleOCR fetch it."""

    name: str
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Models:
    detection: Model
    recognition: Model
    quick: Path | None = None
    """Folder of the recogniser in 8 bits."""


@dataclass(frozen=True, slots=True)
class Bundled:
    """A graph inside the wheel, and how its folder's two files are made from it."""

    name: str
    file: str
    sha256: str
    """Of the graph in the wheel."""
    make: Callable[[bytes], tuple[bytes, dict[str, Any]]]
    """From the wheel's graph to the graph that is run and its recipe."""
    variant: str = "stock"


def _detection(graph: bytes) -> tuple[bytes, dict[str, Any]]:
    """PP-OCRv6's published preprocessing and DB post-processing (Liao et al., Real-time Scene Text Detection)."""
    return graph, {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"DetResizeForTest": {"resize_long": 960}},
                {
                    "NormalizeImage": {
                        "mean": [0.485, 0.456, 0.406],
                        "std": [0.229, 0.224, 0.225],
                        "scale": "1./255.",
                        "order": "hwc",
                    }
                },
                {"ToCHWImage": None},
            ]
        },
        "PostProcess": {
            "name": "DBPostProcess",
            "thresh": 0.3,
            "box_thresh": 0.6,
            "max_candidates": 1000,
            "unclip_ratio": 1.5,
        },
    }


def _dictionary(graph: bytes) -> list[str]:
    """The characters that the recogniser's classes stand for, from the graph's metadata."""
    import onnxruntime

    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    return [c for c in session.get_modelmeta().custom_metadata_map.get("character", "").split("\n") if c]


def _recognition(graph: bytes) -> tuple[bytes, dict[str, Any]]:
    """PaddleOCR's own: crops are 48 pixels high, and at least 320 wide with grey after short ones."""
    return graph, {
        "PreProcess": {
            "transform_ops": [
                {"DecodeImage": {"channel_first": False, "img_mode": "BGR"}},
                {"RecResizeImg": {"image_shape": [3, 48, 320]}},
            ]
        },
        "PostProcess": {"name": "CTCLabelDecode", "character_dict": _dictionary(graph)},
    }


def _latin(graph: bytes) -> tuple[bytes, dict[str, Any]]:
    """The same with `_LATIN` alone: less to compute, and no ideograph where a stroke stands for "1"."""
    _, recipe = _recognition(graph)
    characters = recipe["PostProcess"]["character_dict"]
    kept = [index for index, c in enumerate(characters) if any(a <= ord(c) <= b for a, b in _LATIN)]
    recipe["PostProcess"]["character_dict"] = [characters[index] for index in kept]
    # The classes are CTC's blank, the dictionary, and the space.
    space = len(characters) + 1
    return keep_classes(graph, space + 1, [0, *(index + 1 for index in kept), space]), recipe


DETECTION = Bundled(
    "PP-OCRv6_small_det",
    "PP-OCRv6_det_small.onnx",
    "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f",
    _detection,
)
RECOGNITION = Bundled(
    "PP-OCRv6_small_rec",
    "PP-OCRv6_rec_small.onnx",
    "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
    _recognition,
)
LATIN = replace(RECOGNITION, make=_latin, variant="latin")


def provide(settings: ModelSettings, *, quick: bool = True) -> Models:
    """The models to load, on disk and checked. Raises `ModelError`.

    Args:
        settings: where they come from.
        quick: whether the bundled recogniser is wanted in 8 bits too.
    """
    if settings.ocr_model_dir:
        return own(Path(settings.ocr_model_dir))
    if settings.ocr_models == "download":
        return Models(Model("PP-OCRv6_medium_det", None), Model("PP-OCRv6_medium_rec", None))
    cache = Path(settings.ocr_cache_dir)
    recognition = LATIN if settings.ocr_alphabet == "latin" else RECOGNITION
    return Models(
        Model(DETECTION.name, seed(DETECTION, cache)),
        Model(recognition.name, seed(recognition, cache)),
        seed(quickened(recognition), cache) if quick else None,
    )


def quickened(model: Bundled) -> Bundled:
    """The recogniser with its convolutions in 8 bits."""
    measured = _RANGES.read_bytes()

    def make(graph: bytes) -> tuple[bytes, dict[str, Any]]:
        made, recipe = model.make(graph)
        return quantise(fused(made), json.loads(measured)), recipe

    # Ranges that were measured anew make another model.
    return replace(model, make=make, variant=f"{model.variant}-int8-{hashlib.sha256(measured).hexdigest()[:8]}")


def wheel_file(name: str) -> Path:
    """A data file of the installed rapidocr wheel; none of its code is imported. Raises `ModelError`."""
    try:
        path = Path(str(importlib.metadata.distribution("rapidocr").locate_file(f"rapidocr/models/{name}")))
    except importlib.metadata.PackageNotFoundError:
        raise ModelError(
            "The bundled models are missing because the package rapidocr is not installed; "
            "install the ocr dependency group or set OCR_MODEL_DIR."
        ) from None
    if not path.is_file():
        raise ModelError(f"The installed rapidocr has no {name}; install the version that uv.lock names.")
    return path


def seed(model: Bundled, cache: Path, source: Path | None = None) -> Path:
    """Make a model's folder under `cache` unless a whole one is there.

    Safe when several processes do it at once: each writes its own temporary folder, and the rename that publishes it
    succeeds for one of them.

    Args:
        model: which.
        cache: folder of all model folders; made if missing.
        source: the graph, instead of the wheel's.

    Returns:
        The folder, made from a graph of the pinned SHA-256 and unchanged since.

    Raises:
        ModelError: the graph is another one than pinned, or the folder cannot be written.
    """
    folder = cache / f"{model.name}-{model.variant}-{_LAYOUT}-{model.sha256[:12]}"
    if _whole(folder):
        return folder
    source = source or wheel_file(model.file)
    try:
        cache.mkdir(parents=True, exist_ok=True)
        _sweep(cache)
        made = Path(tempfile.mkdtemp(prefix=".making-", dir=cache))
        try:
            data = source.read_bytes()
            if hashlib.sha256(data).hexdigest() != model.sha256:
                raise ModelError(
                    f"{source.name} is not the model it should be: its SHA-256 differs from the pinned one."
                )
            graph, recipe = model.make(data)
            named = {"Global": {"model_name": model.name}, **recipe}
            (made / _GRAPH).write_bytes(graph)
            (made / _RECIPE).write_text(yaml.safe_dump(named, allow_unicode=True, sort_keys=False), "utf-8")
            (made / _SEAL).write_text(_digest(made))
            made.chmod(0o755)
            _publish(made, folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        raise ModelError(f"The models cannot be written to {cache}: {error.strerror or error}.") from error
    return folder


def _publish(made: Path, folder: Path) -> None:
    """Rename `made` to `folder`; a whole one that another process put there first is as good."""
    for _ in range(5):
        try:
            made.rename(folder)
        except OSError:
            # A non-empty folder refuses the rename: either another process was first or an older one is damaged.
            if _whole(folder):
                return
            aside = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
            try:
                folder.rename(aside)
            except FileNotFoundError:
                pass  # another process moved the same damaged folder away
            finally:
                shutil.rmtree(aside, ignore_errors=True)
        else:
            return
    raise ModelError(f"The model folder {folder} is damaged and cannot be replaced; delete it.")


def _whole(folder: Path) -> bool:
    """Whether nothing of it is missing or was cut off by a full disk."""
    try:
        return (folder / _SEAL).read_text() == _digest(folder)
    except OSError:  # what is wrong with the cache itself shows when it is written
        return False


def _digest(folder: Path) -> str:
    return " ".join(hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (_GRAPH, _RECIPE))


def _sweep(cache: Path) -> None:
    """Remove what a process that was killed while seeding left behind."""
    for path in cache.glob(".making-*"):
        try:
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                shutil.rmtree(path, ignore_errors=True)
        except FileNotFoundError:
            continue


def own(root: Path) -> Models:
    """The operator's models: the one folder below `root` whose model detects and the one whose model recognises.

    Raises:
        ModelError: naming the folder and what it lacks.
    """
    if not root.is_dir():
        raise ModelError(f"OCR_MODEL_DIR names {root}, which is not a folder.")
    found = {kind: _own(root, kind) for kind in ("det", "rec")}
    return Models(found["det"], found["rec"])


def _own(root: Path, kind: str) -> Model:
    folders = [
        path
        for path in sorted(root.iterdir())
        if path.is_dir() and path.name.removesuffix("_onnx").rpartition("_")[2] == kind
    ]
    if len(folders) != 1:
        many = "more than one" if folders else "no"
        raise ModelError(f"OCR_MODEL_DIR {root} holds {many} folder named {kind} or ending in _{kind}.")
    folder = folders[0]
    for name in (_GRAPH, _RECIPE):
        if not (folder / name).is_file():
            raise ModelError(f"The model folder {folder} has no {name}.")
    try:
        recipe = yaml.safe_load((folder / _RECIPE).read_text("utf-8"))
        return Model(str(recipe["Global"]["model_name"]), folder)
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        raise ModelError(f"{folder / _RECIPE} does not say Global.model_name.") from None


def prepare_environment(settings: ModelSettings) -> None:
    """Point PaddleOCR's own cache at ours. Must run before its first import, which reads the variable once."""
    os.environ.setdefault("PADDLE_PDX_CACHE_HOME", str(Path(settings.ocr_cache_dir).absolute() / "paddle"))
