"""A target for `shared.children`: the real reading, which stands still within a page while a test wants it to."""

import os
import time
from pathlib import Path

from services.ocr import reading
from services.ocr.reading import Answer, News, Request
from shared.children.protocol import Loaded, Target, Tell

TARGET: Target[Request, News, Answer] = Target(__name__, Request, News, Answer)


def load() -> Loaded[Request, News, Answer]:
    label, read = reading.load()
    hold = Path(os.environ["HELD_READING"])

    def held(request: Request, tell: Tell[News]) -> Answer:
        def stand(news: News | None) -> None:
            tell(news)
            if isinstance(news, reading.Reading):
                while hold.exists():
                    tell(None)  # raises where the call is given up, as between two batches of lines
                    time.sleep(0.005)

        return read(request, stand)

    return label, held
