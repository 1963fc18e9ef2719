"""Tables and paragraphs set on pages of our own and drawn, with the exact place of every line of their text.

One way for all files that say what stands in which cell (Word documents, workbooks, CSV, HTML): each has a reader
that makes `typeset.model.Content` of it, and from there on nothing asks what the file was. `typeset.layout` sets the
content on pages, `typeset.draw` draws them, `typeset.document` is the open upload.

The pages are not those of the program that wrote the file: what matters to the reader is the table, so columns grow to
their longest word and a page to its table, where a word processor would break the word or the table. A page's text
layer is exact, since the same code wrote the text and drew it: it holds in place of what text recognition would make of
the picture. Everything is set in the wheel's Roboto whatever the file asks for: it has Latin, Greek and Cyrillic, and
no machine needs fonts installed.
"""
