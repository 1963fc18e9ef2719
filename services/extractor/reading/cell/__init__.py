"""What one cell says, wherever it stands."""
