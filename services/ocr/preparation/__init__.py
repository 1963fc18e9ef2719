"""Makes of a stored picture one that reads well: decoded, upright, flat and level, and only where that helps."""

from services.ocr.preparation.page import Page, PreparationSettings, prepare
from services.ocr.preparation.picture import decode, encode
from services.ocr.preparation.turning import rotation, skew

__all__ = ["Page", "PreparationSettings", "decode", "encode", "prepare", "rotation", "skew"]
