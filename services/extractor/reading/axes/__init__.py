"""Which way the week runs: the days along one axis, the times along the other."""
