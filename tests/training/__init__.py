"""Trains the reader's models on drawn pages and on real ones: ``make train``."""
