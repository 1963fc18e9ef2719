"""The local reader: OCR lines and the picture's ruling lines in, time blocks out. No network, no key."""

from services.extractor.reading.model import PageInput, Reading
from services.extractor.reading.reader import read_timetables

__all__ = ["PageInput", "Reading", "read_timetables"]
