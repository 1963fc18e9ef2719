"""What the server says in English, the page says in its own languages by code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.system import ROOT

WORDS = ROOT / "services/gateway/web/src/app/words"
SAID = re.compile(r'(?:code=|_about\([a-z]+, |_warning\(|"(?:day|time|text)": )"([a-z]+_?[a-z]*)"')


def _keys(language: Path, table: str) -> set[str]:
    [body] = re.findall(rf"^  {table}: {{\n(.*?)^  }},$", language.read_text(), re.MULTILINE | re.DOTALL)
    return set(re.findall(r"^    (\w+):", body, re.MULTILINE))


def test_each_warning_about_a_week_is_known_in_german() -> None:
    sources = (ROOT / "services/extractor").rglob("*.py")
    codes = {code for each in sources for code in SAID.findall(each.read_text())}
    assert {"overlap", "ungrounded", "unread_time", "claude_failed"} <= codes
    assert codes - _keys(WORDS / "de.ts", "warnings") == set()


OF_PROGRAMS = {
    "bad-body",
    "bad-event-id",
    "bad-idempotency-key",
    "bad-json",
    "bad-query",
    "bad-request",
    "bad-webhook",
    "content-encoding",
    "foreign-origin",
    "head-too-large",
    "idempotency-key-reused",
    "length-required",
    "method-not-allowed",
    "no-term-dates",
    "too-many-streams",
    "too-many-webhooks",
    "unknown-host",
    "wrong-content-type",
}
"""Problems of requests that no page of ours sends, or that it says nothing of."""


def test_each_problem_that_a_person_may_have_is_known_in_german() -> None:
    raised = re.compile(r'ProblemError\(\s*\d{3},\s*"([a-z-]+)"|^ +"([a-z-]+)",\n +"[A-Z][a-z ]+",\n', re.MULTILINE)
    found = [raised.findall(each.read_text()) for each in (ROOT / "services/gateway").rglob("*.py")]
    slugs = {one or other for each in found for one, other in each} - {"other-format"}
    assert {"file-too-large", "busy", "queue-full", "internal"} <= slugs
    [body] = re.findall(r"^  problems: {\n(.*?)^  },$", (WORDS / "de.ts").read_text(), re.MULTILINE | re.DOTALL)
    assert slugs - OF_PROGRAMS - set(re.findall(r'^    "?([a-z-]+)"?: ', body, re.MULTILINE)) == set()


def _text(node: ast.expr | None) -> str | None:
    """A string with `{}` for what varies."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_text(each) or "{}" for each in parts)
    return None


def _sentences(source: Path) -> Iterator[str]:
    """What a module has to say to people: constants, what functions return, and reasons given where they arise."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Assign(value=value) | ast.Return(value=value):
                found = _text(value)
            case ast.Call(func=ast.Name(id="UnreadableError" | "Dead" | "Fault"), args=[first, *_]):
                found = _text(first)
            case _:
                continue
        # Of a format that is not read, the code says it all.
        if found and re.fullmatch(r"(?s)(?!Save |Print |The file is an? |The file is {}\. )[A-Z].* .*\.", found):
            yield found.replace("{}{}", "{}")


def _sources() -> Iterator[Path]:
    for folder in ("shared", "services/compressor", "services/ocr", "services/extractor", "services/gateway/routes"):
        for each in (ROOT / folder).rglob("*.py"):
            if re.search(r"UnreadableError\(|\bDead\(|\bFault\(|^def too_many", each.read_text(), re.MULTILINE):
                yield each


def test_each_reason_why_a_file_is_not_read_is_known_in_german() -> None:
    said = {sentence for source in _sources() for sentence in _sentences(source)}
    assert len(said) > 30
    known = set(re.findall(r'^  "([^"]+)":', (WORDS / "de.files.ts").read_text(), re.MULTILINE))
    assert said ^ known == set()


def test_each_format_that_is_not_read_is_known_in_german() -> None:
    sources = (ROOT / "shared/office.py", ROOT / "shared/pictures/__init__.py")
    named = re.compile(r'"([a-z0-9]+)",\s*f?"(?:The file is |an? )')
    formats = {found for each in sources for found in named.findall(each.read_text())}
    assert {"odt", "video", "iwork", "office", "ics"} <= formats
    assert formats - set(re.findall(r"^  (\w+): ", (WORDS / "de.files.ts").read_text(), re.MULTILINE)) == set()
