"""What a person sees of documents that are read: a bar for each file, or lines where nobody watches a terminal."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from timelift_client.models import Event

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID


class Lines:
    """A line for each event: for pipes and log files, and where rich is not installed.

    Args:
        console: to write to instead of standard output and error.
        named: whether a line says which file it is about.
    """

    def __init__(self, console: "Console | None" = None, *, named: bool = False) -> None:
        self._console = console
        self._named = named

    def show(self, file: Path, event: Event) -> None:
        """An event of a file's document."""
        if event.type == "progress":
            name = f"{file.name}  " if self._named else ""
            self.say(f"{name}{event.percentage or 0:3d} %  {event.step or '':<20}  {event.message or ''}")

    def failed(self, file: Path, sentence: str) -> None:
        """A file that came to nothing."""
        if self._console:
            self._console.print(f"{file}: {sentence}", style="red", markup=False, highlight=False)
        else:
            print(f"{file}: {sentence}", file=sys.stderr, flush=True)

    def say(self, text: str) -> None:
        """A line of its own."""
        if self._console:
            self._console.print(text, markup=False, highlight=False)
        else:
            print(text, flush=True)


class Bars:
    """A bar for each file.

    Args:
        progress: of rich, running.
    """

    def __init__(self, progress: "Progress", files: Sequence[Path]) -> None:
        self._progress = progress
        self._bars: dict[Path, TaskID] = {
            file: progress.add_task(file.name, total=100, step="Waiting", message="") for file in files
        }

    def show(self, file: Path, event: Event) -> None:
        """An event of a file's document."""
        from rich.markup import escape

        step = "Failed" if event.type == "error" else event.step or "Processing complete"
        message = escape(event.message or "")
        if event.percentage is None:
            self._progress.update(self._bars[file], step=step, message=message)
        else:
            self._progress.update(self._bars[file], completed=event.percentage, step=step, message=message)

    def failed(self, file: Path, sentence: str) -> None:
        """A file that came to nothing."""
        if file in self._bars:
            self._progress.update(self._bars[file], step="Failed")
        self._progress.console.print(f"{file}: {sentence}", style="red", markup=False, highlight=False)

    def say(self, text: str) -> None:
        """A line of its own, above the bars."""
        self._progress.console.print(text, markup=False, highlight=False)


@contextmanager
def progress_for(files: Sequence[Path], console: "Console | None" = None) -> Iterator[Bars | Lines]:
    """What shows these files' documents: bars on a terminal that rich can draw on, else lines.

    Args:
        console: of rich; standard output unless given.
    """
    if not (files and (console.is_terminal if console else sys.stdout.isatty())):
        yield Lines(console, named=len(files) > 1)
        return
    try:
        from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn
    except ImportError:
        yield Lines(console, named=len(files) > 1)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[step]:<20}", markup=False),
        BarColumn(bar_width=30),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("[dim]{task.fields[message]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress, files)
