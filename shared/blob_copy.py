"""Copies all blobs of one store to another, for backups and moves: ``python -m shared.blob_copy FROM TO``.

Both are addresses as `BLOB_URL` takes them. What is there with the same size already is left alone, so that a copy that
was broken off goes on where it was, and the next backup into the same folder copies what is new.
"""

import argparse
import asyncio
import sys

from shared.blobs import BlobAwayError, BlobMissingError, BlobStore
from shared.logs import configure_logging
from shared.settings import SettingError

_AT_ONCE = 8
"""Blobs that are copied at the same time; each is held in memory, up to MAX_UPLOAD_BYTES."""


async def copy(source: BlobStore, target: BlobStore) -> tuple[int, int]:
    """Copy all blobs; returns how many were copied and how many were there. Raises `BlobAwayError`."""
    there = dict(await target.sizes())
    found = await source.sizes()
    missing = [key for key, size in found if there.get(key) != size]
    slots = asyncio.Semaphore(_AT_ONCE)

    async def one(key: str) -> bool:
        async with slots:
            try:
                await target.put(key, await source.get(key))
            except BlobMissingError:
                return False  # its document was deleted meanwhile
        return True

    copied = sum(await asyncio.gather(*map(one, missing)))
    return copied, len(found) - len(missing)


async def main(source: str, target: str) -> str:
    """Copy, and tell what was done."""
    copied, there = await copy(BlobStore.open(source), BlobStore.open(target))
    return f"{copied} blobs copied, {there} were there."


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m shared.blob_copy", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", metavar="FROM")
    parser.add_argument("target", metavar="TO")
    given = parser.parse_args()
    try:
        configure_logging("blob-copy")
        sys.stdout.write(asyncio.run(main(given.source, given.target)) + "\n")
    except (BlobAwayError, SettingError) as error:
        sys.exit(f"blob-copy: {error}")
