"""Workbooks, CSV and HTML: what stands in which of their cells, as a person sees it.

Each kind of file has a reader that makes `sheets.model.Sheet` of every table: `workbook` (XLSX and XLS by calamine,
with `looks` and `formats` for what that leaves out of XLSX), `ods`, `delimited`, `html`. `sheets.blocks` makes the
paragraphs and tables of them that are typeset as a Word document's are.
"""
