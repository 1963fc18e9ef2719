"""Timelift on one machine with one command: `python -m deploy.launch [FILE]`."""
