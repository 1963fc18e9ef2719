"""CSV and tab-separated text, as spreadsheets write them."""

from services.compressor.sheets.model import MAX_ROWS, NO_TABLE, TOO_LARGE, Budget, Sheet, SheetCell
from shared.outcomes import UnreadableError
from shared.pictures.tables import decode, rows_of


def read_delimited(data: bytes) -> list[Sheet]:
    """The only sheet of a file.

    Raises:
        UnreadableError: it is no text, too large, or has nothing side by side.
    """
    rows, _ = rows_of(decode(data), MAX_ROWS + 1)
    if len(rows) > MAX_ROWS:
        raise UnreadableError(TOO_LARGE)
    if max(map(len, rows), default=0) < 2:
        raise UnreadableError(NO_TABLE)
    budget, sheet = Budget(), Sheet()
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if value.strip():
                sheet.cells[row, column] = SheetCell(budget.take(value.strip()))
    return [sheet]
