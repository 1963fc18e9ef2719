"""Copying a blob store: all of it, each once."""

from pathlib import Path

from shared.blob_copy import copy
from shared.blobs import BlobStore


async def test_what_is_missing_or_differs_is_copied(tmp_path: Path) -> None:
    source, target = (BlobStore.open(f"file://{tmp_path}/{name}") for name in ("from", "to"))
    for number in range(20):
        await source.put(f"tenant/document-{number}/page-0.webp", bytes(number))
    assert await copy(source, target) == (20, 0)
    assert await copy(source, target) == (0, 20)
    # One that a broken copy left short, and one that is new.
    await target.put("tenant/document-7/page-0.webp", b"")
    await source.put("tenant/document-7/ocr.json", b"{}")
    assert await copy(source, target) == (2, 19)
    assert sorted(await target.sizes()) == sorted(await source.sizes())
    assert await target.get("tenant/document-7/page-0.webp") == bytes(7)


async def test_a_blob_that_is_deleted_meanwhile_is_left_out(tmp_path: Path) -> None:
    source, target = (BlobStore.open(f"file://{tmp_path}/{name}") for name in ("from", "to"))
    await source.put("tenant/document/original", b"x")
    found = await source.sizes()
    await source.delete_prefix("tenant/document")

    async def listed() -> list[tuple[str, int]]:
        return found

    source.sizes = listed  # type: ignore[method-assign] # the list was made before
    assert await copy(source, target) == (0, 0)
