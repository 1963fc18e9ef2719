"""What an operator may set about compression."""

from typing import ClassVar, Literal

from shared.settings import Settings, setting


class CompressorSettings(Settings):
    group: ClassVar[str] = "Compressor"
    max_image_dimension: int = setting(
        2048, "Longest side of a stored picture; larger ones are scaled down.", unit="pixels", ge=256, le=16_383
    )
    image_quality: int = setting(85, "Quality of lossy WebP and JPEG.", ge=1, le=100)
    # No AVIF: neither OpenCV, which the OCR decodes with, nor Claude takes it.
    output_format: Literal["webp", "jpeg", "png"] = setting("webp", "Format of stored pictures.")
    compress_processes: int = setting(
        2, "Pages worked on at the same time by one service, each in a process of its own.", ge=1, le=64
    )
    vips_concurrency: int = setting(1, "Threads libvips uses for one picture.", ge=1, le=64)
