"""Measuring processes, one for each system; they take the same arguments and print the same JSON object.

Arguments: a folder of uploads, how often to repeat the first, where to write the compressed files (empty for nowhere),
and for the peers the encoder's effort. Only the first file is timed, after it was compressed once untimed; the others
are there for what the text recognition makes of them. From the file's bytes in memory to the result's.
"""
