"""The other queues' scripts, each run in an environment of its own (`setup`): their libraries exclude each other."""
