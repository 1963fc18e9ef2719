"""Files of words, and patterns made of them."""

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

_DATA = Path(__file__).with_name("data")
_BARE: Final = str.maketrans("łŁđĐðøØıİəƏɖŋ", "lLdDdoOiIeEdn")
"""Letters that no accent can be dropped from."""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Letters and digits only, without accents, in lower case."""
    text = unicodedata.normalize("NFKD", text.translate(_BARE)).casefold()
    # An apostrophe may be a letter ("пʼятниця"), and is printed as a mark.
    return "".join(letter for letter in text if letter.isalnum() and unicodedata.category(letter) != "Lm")


def load(name: str) -> Any:
    """A file of words."""
    return json.loads((_DATA / f"{name}.json").read_text())


def pattern(words: Iterable[str]) -> str:
    """A regular expression for any of these words, whose accents may be missing; "*" stands for the rest of a word."""
    return "|".join("".join(map(_letter, word)) for word in words)


def _letter(letter: str) -> str:
    bare = plain(letter)
    if letter == "*":
        return r"\w*"
    return (
        f"[{letter}{bare}]" if letter.isalpha() and bare != letter.casefold() and len(bare) == 1 else re.escape(letter)
    )
