"""The keys of the API from a shell, for operators: ``python -m services.gateway.keys COMMAND``.

add TENANT NAME    make a key and show it, this once; --role read|write|operate, several times (default: read, write)
list               all keys, those that hold first
revoke ID ...      end keys for good; gateways notice within ten seconds

Takes DATABASE_URL. Ends with 1 if something named was not found, or with a sentence if it cannot be done.
"""

import argparse
import asyncio
import re
import sys
from typing import get_args

from services.gateway.environment_keys import TENANT_NAME
from shared.db.api_keys import ApiKeys
from shared.db.migrate import SchemaError
from shared.db.pool import Database, DatabaseAwayError
from shared.messages import Role
from shared.settings import SettingError


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


async def add(keys: ApiKeys, tenant: str, name: str, roles: list[Role]) -> None:
    made, key = await keys.add(tenant, name, roles)
    say(f"Key {made.id} of {made.tenant} for {made.name}: {', '.join(made.roles)}. It is shown this once:")
    say(key)


async def show(keys: ApiKeys) -> None:
    for each in await keys.all():
        state = f"revoked {each.revoked_at}" if each.revoked_at else f"last used {each.last_used_at or 'never'}"
        say(f"{each.id}  {each.tenant:16}{','.join(each.roles):20}made {each.created_at}  {state}  {each.name}")


async def revoke(keys: ApiKeys, ids: list[str]) -> bool:
    """Returns whether all were found."""
    found = True
    for id_ in ids:
        gone = await keys.revoke(id_)
        say(f"{id_} is revoked" if gone else f"{id_} is no key")
        found = found and gone
    return found


async def main(given: argparse.Namespace) -> int:
    database = Database()
    await database.open()
    keys = ApiKeys(database)
    try:
        match given.command:
            case "add":
                await add(keys, given.tenant, given.name, given.role or ["read", "write"])
            case "list":
                await show(keys)
            case _:
                return 0 if await revoke(keys, given.id) else 1
        return 0
    finally:
        await database.close()


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m services.gateway.keys",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    adding = commands.add_parser("add")
    adding.add_argument("tenant")
    adding.add_argument("name", help="whose it is")
    adding.add_argument("--role", action="append", choices=get_args(Role))
    commands.add_parser("list")
    commands.add_parser("revoke").add_argument("id", nargs="+")
    given = parser.parse_args()
    if given.command == "add" and not re.fullmatch(TENANT_NAME, given.tenant):
        parser.error("a tenant is 1 to 40 characters of a-z, 0-9 and -")
    return given


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main(parse())))
    except (DatabaseAwayError, SchemaError, SettingError) as error:
        sys.exit(f"The keys cannot be reached: {error}")
