"""`make bench-compress`: the compressor beside sharp and Pillow, in one run on the same uploads."""
