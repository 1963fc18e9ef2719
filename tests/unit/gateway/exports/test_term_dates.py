"""The dates of a term, as bodies and queries give them."""

from datetime import date

import pytest

from services.gateway.exports.term_dates import Holiday, TermDates, from_query, read
from services.gateway.problems import ProblemError
from tests.unit.gateway.exports.weeks import AUTUMN

BODY = '{"firstDay":"2026-09-02","lastDay":"2026-12-18"%s}'


def test_a_body_says_when_the_term_is() -> None:
    assert read((BODY % "").encode()) == TermDates(first_day=date(2026, 9, 2), last_day=date(2026, 12, 18))
    holidays = ',"holidays":[{"firstDay":"2026-10-12","lastDay":"2026-10-23"}],"timeZone":"Europe/Berlin"'
    assert read((BODY % holidays).encode()) == AUTUMN


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ('{"firstDay":"2026-09-02"}', "lastDay"),
        ('{"firstDay":"2.9.2026","lastDay":"2026-12-18"}', "firstDay"),
        ('{"firstDay":"2026-09-02","lastDay":"2026-09-01"}', "lastDay"),
        ('{"firstDay":"2026-09-02","lastDay":"2126-09-01"}', "lastDay"),
        ('{"firstDay":"0001-01-01","lastDay":"0001-02-01"}', "firstDay"),
        ('{"firstDay":"9999-12-01","lastDay":"9999-12-31"}', "firstDay"),
        (BODY % ',"timeZone":"Mars/Olympus"', "timeZone"),
        (BODY % ',"timeZone":"../../etc/passwd"', "timeZone"),
        (BODY % ',"timeZone":"localtime"', "timeZone"),
        (BODY % ',"firstWeek":"E"', "firstWeek"),
        (BODY % ',"holidays":[{"firstDay":"2026-10-12"}]', "holidays[0].lastDay"),
        (BODY % ',"holidays":[{"firstDay":"2026-10-12","lastDay":"2026-10-11"}]', "holidays[0].lastDay"),
        (BODY % ',"pauses":[]', "pauses"),
        ("[]", None),
    ],
)
def test_what_is_wrong_is_named(body: str, field: str | None) -> None:
    with pytest.raises(ProblemError) as caught:
        read(body.encode())
    assert (caught.value.problem.status, caught.value.problem.field) == (422, field)


@pytest.mark.parametrize("body", [b"{", b"\xff"])
def test_what_is_no_json_is_told_so(body: bytes) -> None:
    with pytest.raises(ProblemError) as caught:
        read(body)
    assert caught.value.problem.status == 400


def test_a_query_goes_before_what_is_stored() -> None:
    assert from_query({}, None) is None
    assert from_query({"timeZone": "Europe/Paris"}, None) is None, "it says nothing of when the term is"
    assert from_query({"unrelated": "x"}, AUTUMN) is AUTUMN
    changed = from_query(
        {"until": "2026-10-30", "holidays": "2026-10-12/2026-10-16,2026-10-30", "firstWeek": "B"}, AUTUMN
    )
    assert changed == TermDates(
        first_day=AUTUMN.first_day,
        last_day=date(2026, 10, 30),
        holidays=[
            Holiday(first_day=date(2026, 10, 12), last_day=date(2026, 10, 16)),
            Holiday(first_day=date(2026, 10, 30), last_day=date(2026, 10, 30)),
        ],
        time_zone="Europe/Berlin",
        first_week="B",
    )
    with pytest.raises(ProblemError):
        from_query({"holidays": "Christmas"}, AUTUMN)
