"""What the server says in English, the page says in its own languages by code."""

import re
from pathlib import Path

from tests.system import ROOT

SAID = re.compile(r'(?:code=|_about\([a-z]+, |_warning\(|"(?:day|time|text)": )"([a-z]+_?[a-z]*)"')


def _keys(language: Path, table: str) -> set[str]:
    [body] = re.findall(rf"^  {table}: {{\n(.*?)^  }},$", language.read_text(), re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^    (\w+):", body, re.MULTILINE))


def test_each_warning_about_a_week_is_known_in_german() -> None:
    sources = (ROOT / "services/extractor").rglob("*.py")
    codes = {code for each in sources for code in SAID.findall(each.read_text())}
    assert {"overlap", "ungrounded", "unread_time", "claude_failed"} <= codes
    assert codes - _keys(ROOT / "services/gateway/web/src/app/words/de.ts", "warnings") == set()
