"""What reading processes are told."""

from typing import Any

import pytest

from services.ocr import reading
from services.ocr.reading import reading_environment, reading_processes
from tests.unit.children.target import TARGET, Do


async def test_a_process_that_decodes_strangers_pictures_is_told_its_settings_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = {"ANTHROPIC_API_KEY": "secret", "DATABASE_URL": "postgresql://u:secret@db/t", "OCR_BATCH": "3"}
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    light: Any = TARGET
    monkeypatch.setattr(reading, "TARGET", light)
    children: Any = reading_processes(1)
    await children.start()
    try:
        told = [(await children.call(Do("environment", name.encode()))).data for name in ours]
    finally:
        await children.end()
    assert told == [b"", b"", b"3"]


def test_an_operator_may_tune_the_memory_and_go_through_a_proxy_for_models() -> None:
    ours = {"MALLOC_ARENA_MAX": "4", "https_proxy": "http://proxy", "ocr_pages": "2"}
    told = reading_environment(ours)
    assert (told["MALLOC_ARENA_MAX"], told["ocr_pages"]) == ("4", "2")
    assert "https_proxy" not in told
    assert reading_environment(ours | {"OCR_MODELS": "download"})["https_proxy"] == "http://proxy"
