"""Pages that are no table: a file each layout."""
