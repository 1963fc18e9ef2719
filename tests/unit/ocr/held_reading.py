"""A target for `services.ocr.process`: the real reading, which stands still within a page while a test wants it to."""

import os
import time
from collections.abc import Callable
from pathlib import Path

from services.ocr import reading


def load() -> tuple[bytes, Callable[[bytes, Callable[[bytes], None]], bytes]]:
    label, read = reading.load()
    hold = Path(os.environ["HELD_READING"])

    def held(body: bytes, news: Callable[[bytes], None]) -> bytes:
        def stand(message: bytes) -> None:
            news(message)
            if message and isinstance(reading.to_news(message), reading.Reading):
                while hold.exists():
                    news(b"")  # raises where the call is given up, as between two batches of lines
                    time.sleep(0.005)

        return read(body, stand)

    return label, held
