"""Word documents as pages: what they hold, laid out and drawn; `file` is the way in."""
