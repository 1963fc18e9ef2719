"""Real timetables of public repositories: their truth, where their pictures are, and how well they are read."""
