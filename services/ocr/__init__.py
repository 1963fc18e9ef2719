"""The OCR service: finds and reads the text of pages."""

import os

# ONNX Runtime reports its use to its makers by default and leaves a device id in the home folder; it reads this when it
# is imported, which any module below may be the first to do.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
