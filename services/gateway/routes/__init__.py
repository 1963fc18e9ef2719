"""The request handlers, a module for each resource; each names its routes at its end, in `ROUTES`."""
