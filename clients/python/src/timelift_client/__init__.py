"""A client of Timelift: uploads pictures of timetables, follows them live, and fetches the weeks as data or files.

::

    with Client("http://localhost:4000") as timelift:
        document_id = timelift.upload("week.jpg")
        final = timelift.wait(document_id)
        print(timelift.timetable(document_id).timeblocks)

`AsyncClient` has the same methods as coroutines. Both repeat by themselves what the API says may be repeated, and take
an event stream up again where it broke off.
"""

from timelift_client.asynchronous import AsyncClient
from timelift_client.errors import DocumentError, NoAnswerError, ProblemError, StreamError, TimeliftError
from timelift_client.models import Document, Event, File, Format, TermDates, TimeBlock, Timetable
from timelift_client.synchronous import Client

__all__ = [
    "AsyncClient",
    "Client",
    "Document",
    "DocumentError",
    "Event",
    "File",
    "Format",
    "NoAnswerError",
    "ProblemError",
    "StreamError",
    "TermDates",
    "TimeBlock",
    "TimeliftError",
    "Timetable",
]
