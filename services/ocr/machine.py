"""What the machine offers: its allocator, its processor's instructions."""

import ctypes
import platform
from pathlib import Path


def trim() -> None:
    """Give the heap's free pages back to the system; the allocator would keep them."""
    trimming = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc's
    if trimming is not None:
        trimming(0)


def multiplies_bytes() -> bool:
    """Whether this processor has instructions for sums of products of bytes.

    On x86 without them (VNNI), ONNX Runtime's 8-bit kernels are no faster and may overflow.
    """
    if platform.machine() in ("aarch64", "arm64"):
        return True
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return "avx512_vnni" in flags or "avx_vnni" in flags
