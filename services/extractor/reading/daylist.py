"""stub"""

from services.extractor.reading.model import Draw
from services.extractor.reading.view import View


def read_daylist(view: View) -> Draw | None:
    return None
