"""What the gateway does by itself, beside its requests: a module for each loop, started by `__main__`."""
