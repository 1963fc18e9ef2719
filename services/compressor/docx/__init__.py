"""Word documents: what they hold; `file` is the way in."""
