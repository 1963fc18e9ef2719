"""A week as a file: calendar, table, workbook. Pure functions from a timetable to bytes; nothing here does I/O."""
