"""The service's own way from an upload to what it stores, with its default settings."""

from services.compressor.compress import compress
from services.compressor.settings import CompressorSettings
from shared.pictures import PictureSettings, inspect
from tests.benchmarks.compress.peers.measure import measure

SETTINGS, LIMITS = CompressorSettings.load(), PictureSettings.load()

if __name__ == "__main__":
    measure(lambda data: compress(data, inspect(data, len(data), LIMITS), SETTINGS, LIMITS).data)
