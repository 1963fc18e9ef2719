"""A sheet's cells as the paragraphs and the table that are typeset.

What a person does not see is left out: hidden rows and columns, and those without anything in them. Rows before the
first that has cells side by side are lines of text above the table (the class, the school), as a title that runs over
its neighbours is; so are single cells below the table, behind a gap. Cells that a sheet's lines and colours join,
though nobody merged them, are one: a lesson over three rows of a scale is often made so.
"""

import re
from bisect import bisect_left

from services.compressor.sheets.model import MAX_COLUMNS, MAX_ROWS, NO_TABLE, TOO_LARGE, Sheet, SheetCell, Span
from services.compressor.typeset.layout import length
from services.compressor.typeset.model import Block, Cell, Content, PageBreak, Paragraph, Table
from shared.outcomes import UnreadableError

_SIZE = 10.0
_TITLE_SIZE = 13.0
_HEIGHT = 842.0
"""Of a page, that a long table is divided by."""
_WIDEST_LINE = 800.0
_MARGIN = 30.0
_NARROWEST = 40.0
_UNBROKEN = 48
"""Characters of a line up to which its column is made wide enough for it: a name in two lines is read as two."""
_PADDING = 10.0
_WIDE_ROW = 3
"""Cells with text side by side from which a row is one of the table, or as many as its fullest row has."""
_APART = re.compile(r"[ \u00a0]{3,}|[ \u00a0]{2,}(?=\S*\d\S*$)")
"""Spaces that set a room apart from the lesson on its line: many, or two before what has a figure in it."""
_DEFAULT_NAME = re.compile(
    r"(?:work)?(?:sheet|tabelle|tabellenblatt|feuil|feuille|hoja|foglio|blad|ark|arkusz|list|planilha|plan|folha|munka|"
    r"taul|sayfa|лист|аркуш|φύλλο|table|blatt|sheet name|untitled)[\s_]*\d*(?: \(\d+\))?",
    re.IGNORECASE,
)


def content_of(sheets: list[Sheet]) -> Content:
    """Pages of the sheets that hold a table, one after the other; those of text alone where none does.

    Raises:
        UnreadableError: all are far larger than a timetable, or none shows any text.
    """
    content = Content(2 * _MARGIN, _HEIGHT, _MARGIN)
    full = [_Visible(sheet) for sheet in sheets if sheet.holds_text]
    fitting = [sheet for sheet in full if sheet.rows <= MAX_ROWS and sheet.columns <= MAX_COLUMNS]
    if full and not fitting:
        raise UnreadableError(TOO_LARGE)
    found = [blocks for sheet in fitting if (blocks := sheet.blocks())]
    tables = [blocks for blocks in found if any(isinstance(block, Table) and block.tells for block in blocks)]
    for blocks in tables or found:
        if content.blocks:
            content.blocks.append(PageBreak())
        content.blocks += blocks
    if not content.blocks:
        raise UnreadableError(NO_TABLE)
    # As wide as what stands on it: the empty rest of a page would only make the picture's letters smaller.
    content.width += max(map(_breadth, content.blocks), default=0.0)
    return content


def _breadth(block: Block) -> float:
    if isinstance(block, Table):
        return sum(block.widths)
    return min(length(block.text, block.size, block.bold), _WIDEST_LINE) if isinstance(block, Paragraph) else 0.0


class _Visible:
    """A sheet without what is hidden or empty."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        covered = sheet.spans
        filled = {at for at, cell in sheet.cells.items() if cell.text.strip() or cell.fill}
        text = {at for at, cell in sheet.cells.items() if cell.text.strip()}
        last_row = max(row for row, _ in text)
        last_column = max(column for _, column in text)
        for span in covered:  # a lesson that ends below the last row with text
            if (span.top, span.left) in text:
                last_row, last_column = max(last_row, span.bottom), max(last_column, span.right)
        # Merges of whole rows reach over thousands of columns: no further than there is something.
        last_row = min(last_row, max((row for row, _ in filled), default=0) + MAX_ROWS)
        last_column = min(last_column, max((column for _, column in filled), default=0) + MAX_COLUMNS)
        rows = {row for row, _ in filled}
        columns = {column for _, column in text}
        for span in covered:
            if span.bottom > span.top and (span.top, span.left) in text:
                rows |= set(range(span.top, min(span.bottom, last_row) + 1))
        self._rows = sorted(row for row in rows if row <= last_row and row not in sheet.hidden_rows)
        for span in covered:
            if (span.top, span.left) in text:
                columns.add(span.left)
        self._columns = sorted(each for each in columns if each <= last_column and each not in sheet.hidden_columns)
        self.rows, self.columns = len(self._rows), len(self._columns)

    def blocks(self) -> list[Block]:
        """What is set on the page; nothing where all text is hidden. Only for sheets within the limits."""
        cells, spans = self._moved()
        if not any(cell.text.strip() for cell in cells.values()):
            return []
        spans = [*spans, *_joined(cells, spans, self.rows, self.columns)]
        title = self._sheet.name if not _DEFAULT_NAME.fullmatch(self._sheet.name.strip()) else ""
        above = [*([title] if title.strip() else []), *self._sheet.above]
        begin, end = self._table(cells, spans)
        above += _lines(cells, range(begin))
        blocks: list[Block] = [Paragraph(line, _TITLE_SIZE, bold=True) for line in _unique(above)]
        if begin < end:
            blocks.append(self._set(cells, spans, begin, end))
        blocks += [Paragraph(line, _SIZE) for line in [*_lines(cells, range(end, self.rows)), *self._sheet.below]]
        return blocks

    def _moved(self) -> tuple[dict[tuple[int, int], SheetCell], list[Span]]:
        """Cells and merges where they are once the rest is left out."""
        rows = {row: at for at, row in enumerate(self._rows)}
        columns = {column: at for at, column in enumerate(self._columns)}
        cells = {
            (rows[row], columns[column]): cell
            for (row, column), cell in self._sheet.cells.items()
            if row in rows and column in columns
        }
        spans = []
        taken: set[tuple[int, int]] = set()
        for span in self._sheet.spans:
            top, bottom = bisect_left(self._rows, span.top), bisect_left(self._rows, span.bottom + 1) - 1
            left, right = bisect_left(self._columns, span.left), bisect_left(self._columns, span.right + 1) - 1
            if top > bottom or left > right:
                continue
            area = {(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)}
            if taken & area:
                continue  # merges that overlap are none
            taken |= area
            # Its first row or column may be hidden: its text shows all the same.
            head = self._sheet.cells.get((span.top, span.left))
            for at in area:
                cells.pop(at, None)
            if head is not None:
                cells[top, left] = head
            if len(area) > 1:
                spans.append(Span(top, left, bottom, right))
        return cells, spans

    def _table(self, cells: dict[tuple[int, int], SheetCell], spans: list[Span]) -> tuple[int, int]:
        """The table's first row, and the one behind its last."""
        counts = [0] * self.rows
        reached = [False] * self.rows
        for (row, _), cell in cells.items():
            counts[row] += bool(cell.text.strip())
        for span in spans:
            for row in range(span.top, span.bottom + 1):
                reached[row] = True
        wide = min(_WIDE_ROW, max(counts))
        if wide < 2:
            return 0, 0 if self.columns == 1 else self.rows
        full = [row for row, count in enumerate(counts) if count >= wide]
        begin, end = full[0], full[-1] + 1
        # Rows behind it belong to it for as long as they follow at once: the sheet's empty rows are gone from here.
        while end < self.rows and (reached[end] or self._rows[end] == self._rows[end - 1] + 1):
            end += 1
        return begin, end

    def _set(self, cells: dict[tuple[int, int], SheetCell], spans: list[Span], begin: int, end: int) -> Table:
        covered: set[tuple[int, int]] = set()
        sizes: dict[tuple[int, int], tuple[int, int]] = {}
        for span in spans:
            top, bottom = max(span.top, begin), min(span.bottom, end - 1)
            if top == span.top and top <= bottom:
                sizes[top, span.left] = bottom - top + 1, span.right - span.left + 1
                covered |= {(r, c) for r in range(top, bottom + 1) for c in range(span.left, span.right + 1)}
                covered.discard((top, span.left))
        table = Table([self._width(column) for column in range(self.columns)], [0.0] * (end - begin), [])
        for row in range(begin, end):
            for column in range(self.columns):
                if (row, column) not in covered:
                    rows, columns = sizes.get((row, column), (1, 1))
                    cell = cells.get((row, column)) or SheetCell("")
                    table.cells.append(_cell(cell, row - begin, column, rows, columns))
        for each in table.cells:
            if each.columns == 1 and not each.angle:
                lines = [line for line in each.paragraphs if len(line.text) <= _UNBROKEN]
                need = max((length(line.text, _SIZE, line.bold) for line in lines), default=0.0)
                table.widths[each.column] = max(table.widths[each.column], need + _PADDING)
        table.headers = 1
        return table

    def _width(self, column: int) -> float:
        return max(_NARROWEST, min(self._sheet.widths.get(self._columns[column], 0.0), 400.0))


def _cell(cell: SheetCell, row: int, column: int, rows: int, columns: int) -> Cell:
    lines = [each for line in cell.text.splitlines() for each in _APART.split(line.strip()) if each.strip()] or [""]
    paragraphs = [Paragraph(" ".join(line.split()), _SIZE, cell.bold, cell.align, cell.colour) for line in lines]
    return Cell(row, column, rows, columns, paragraphs, cell.fill, cell.angle, "center" if rows > 1 else "top")


def _joined(cells: dict[tuple[int, int], SheetCell], spans: list[Span], rows: int, columns: int) -> list[Span]:
    """Cells of a column that look like one: of one colour or within one frame, with text in exactly one of them.

    Not those of a column that is coloured or framed as a whole, where each row's text stands for itself.
    """
    merged = {(row, column) for span in spans for row in range(span.top, span.bottom + 1)
              for column in range(span.left, span.right + 1)}  # fmt: skip
    found = []
    for column in range(columns):
        top = 0
        while top < rows:
            bottom = top
            while (
                bottom + 1 < rows
                and (bottom, column) not in merged
                and (bottom + 1, column) not in merged
                and _together(cells.get((bottom, column)), cells.get((bottom + 1, column)))
            ):
                bottom += 1
            texts = [
                row for row in range(top, bottom + 1) if (row, column) in cells and cells[row, column].text.strip()
            ]
            if bottom > top and len(texts) == 1:
                head = cells[texts[0], column]
                if texts[0] != top:
                    cells[texts[0], column], cells[top, column] = cells[top, column], head
                found.append(Span(top, column, bottom, column))
            top = bottom + 1
    return found


def _together(upper: SheetCell | None, lower: SheetCell | None) -> bool:
    """Whether nothing parts a cell from the one below it, and both stand out from the rest."""
    if upper is None or lower is None or upper.edges.bottom or lower.edges.top or upper.fill != lower.fill:
        return False
    framed = all(each.edges.left and each.edges.right for each in (upper, lower))
    return upper.fill is not None or framed


def _lines(cells: dict[tuple[int, int], SheetCell], rows: range) -> list[str]:
    """Rows as lines of text; a cell behind one that ends in a colon goes on with it."""
    texts: dict[int, list[str]] = {}
    for (row, _), cell in sorted(cells.items(), key=lambda each: each[0]):
        if row in rows and cell.text.strip():
            texts.setdefault(row, []).append(" ".join(cell.text.split()))
    lines = []
    for row in rows:
        line = ""
        for text in texts.get(row, []):
            line = f"{line} {text}" if line.endswith(":") else f"{line}\t{text}" if line else text
        if line:
            lines.append(line)
    return lines


def _unique(lines: list[str]) -> list[str]:
    return [line for at, line in enumerate(lines) if line.strip() and line not in lines[:at]]
