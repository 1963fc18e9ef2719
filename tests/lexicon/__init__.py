"""Makes the reader's files of words from CLDR."""
