"""XLSX and XLS: cells and merges by calamine (Rust), which takes formulas for their results and runs no macros.

What calamine leaves out of an XLSX, how numbers are shown, colours, lines, and what is hidden, comes from `looks`. An
XLS has no more than its cells, merges and hidden sheets.
"""

import datetime as dt
import io
from typing import TYPE_CHECKING, TypeAlias

from services.compressor.sheets.container import chains_end
from services.compressor.sheets.looks import Look, read_looks
from services.compressor.sheets.model import BROKEN, LOCKED, TOO_LARGE, Budget, Sheet, SheetCell, Span
from shared.outcomes import UnreadableError
from shared.pictures import Kind

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Value: TypeAlias = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta

_CELLS = 4_000_000
"""Of the rectangle that a sheet's cells span, which calamine keeps in memory, the empty ones too."""
_ROWS = 5_000
"""Looked at."""
_SPANS = 20_000


def read_workbook(data: bytes, kind: Kind) -> list[Sheet]:
    """The visible sheets of a workbook.

    Raises:
        UnreadableError: broken, locked, or far too large.
    """
    import python_calamine as calamine

    if kind == "xls" and not chains_end(data):
        raise UnreadableError(BROKEN)
    looks = read_looks(data) if kind == "xlsx" else {}
    if any(look.area > _CELLS for look in looks.values()):
        raise UnreadableError(TOO_LARGE)
    budget = Budget()
    try:
        with calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return [
                _sheet(book.get_sheet_by_name(each.name), looks.get(each.name), budget)
                for each in book.sheets_metadata
                if each.visible == calamine.SheetVisibleEnum.Visible and each.typ == calamine.SheetTypeEnum.WorkSheet
            ]
    except calamine.PasswordError:
        raise UnreadableError(LOCKED) from None
    except (calamine.CalamineError, ValueError, OSError):
        raise UnreadableError(BROKEN) from None
    except BaseException as error:
        # A panic of the Rust code, over a damaged file: its class cannot be imported, and is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError(BROKEN) from None


def _sheet(source: "CalamineSheet", look: Look | None, budget: Budget) -> Sheet:
    sheet = Sheet(source.name)
    top, left = source.start or (0, 0)
    for row, values in enumerate(source.to_python(nrows=_ROWS), top):
        for column, value in enumerate(values, left):
            if value not in ("", None):
                sheet.cells[row, column] = SheetCell(budget.take(_shown(value)))
    for (first_row, first_column), (last_row, last_column) in (source.merged_cell_ranges or [])[:_SPANS]:
        sheet.spans.append(Span(first_row, first_column, last_row, last_column))
    if look is not None:
        look.apply(sheet)
    return sheet


def _shown(value: Value) -> str:
    """A value as a cell shows it that has no format of its own."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, dt.timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, dt.datetime):
        if value.year < 1901:  # a time that was made by adding times
            return f"{value:%H:%M}"
        return f"{value:%Y-%m-%d}" if value.time() == dt.time() else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return str(value)
