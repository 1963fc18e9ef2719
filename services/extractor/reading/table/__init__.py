"""Where days and times cross: the table cut into cells, each with its days and times."""
