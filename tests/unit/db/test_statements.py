"""What holds of all statements together."""

import re
from importlib import resources

from shared.db.statements import sql


def test_a_new_connection_is_taught_each_kind_of_array_that_a_statement_names() -> None:
    folder = resources.files("shared.db") / "sql"
    named = {kind for file in folder.iterdir() for kind in re.findall(r"::(\w+\[\])", file.read_text())}
    assert named == set(re.findall(r"::(\w+\[\])", sql("array_types")))
