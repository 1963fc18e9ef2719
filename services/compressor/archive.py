"""An uploaded archive, opened once it is known to be no bomb and to play no tricks with XML."""

import io
import lzma
import zipfile
import zlib

from shared.office import BROKEN, check_parts
from shared.outcomes import UnreadableError

DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError)
"""What unpacking a part raises."""
_XML = (".xml", ".rels")
_DECLARATIONS = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


def open_archive(data: bytes, strange: str) -> zipfile.ZipFile:
    """The archive.

    Args:
        strange: the sentence for one that no program writes.

    Raises:
        UnreadableError: damaged, a bomb, encrypted, or a part with a document type declaration, which no Office program
            writes and every entity trick needs.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
        # Again, as the gateway did: the library that unpacks may have found another directory in the file.
        check_parts([(part.compress_size, part.file_size) for part in parts])
        for part in parts:
            if part.filename.endswith(_XML) and any(each in archive.read(part) for each in _DECLARATIONS):
                raise UnreadableError(strange)
    except DAMAGED:
        raise UnreadableError(BROKEN) from None
    except (RuntimeError, NotImplementedError):  # encrypted parts, and kinds of compression that Office never writes
        raise UnreadableError(strange) from None
    return archive
