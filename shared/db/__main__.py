"""The database from a shell, for operators: ``python -m shared.db migrate``.

migrate   run the migrations that it lacks

Takes DATABASE_URL, of a role that may change the tables. Ends with 1 and a sentence if it cannot be done now.
"""

import argparse
import asyncio
import sys

from shared.db.migrate import SchemaError, newest
from shared.db.pool import Database, DatabaseAwayError, DatabaseSettings
from shared.logs import configure_logging
from shared.settings import SettingError


async def migrate() -> None:
    """Migrate, whatever DATABASE_MIGRATE says."""
    database = Database(DatabaseSettings.load(database_migrate=True))
    await database.open()
    await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m shared.db", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["migrate"])
    parser.parse_args()
    try:
        configure_logging("migrate")
        asyncio.run(migrate())
    except (DatabaseAwayError, SchemaError, SettingError) as error:
        sys.exit(f"migrate: {error}")
    sys.stdout.write(f"The database's schema is version {newest()}.\n")
