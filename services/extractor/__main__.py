"""The extractor service: jobs of the ``extract`` stream."""

from collections.abc import Mapping

from services.extractor.handler import Attempts, Extractor
from shared.db.pool import patiently
from shared.messages import Reader, Timetable
from shared.service import Context, run, work


async def make(context: Context) -> Extractor:
    """The stage on the service's own blob store and database."""

    async def save(
        document_id: str, tenant: str, timetables: Mapping[str, Timetable], reader: Reader, attempts: Attempts
    ) -> dict[str, Timetable] | None:
        # A reading that cost seconds is kept until Postgres is back, not read again.
        return await patiently(
            lambda: context.documents.save_timetables(document_id, tenant, timetables, reader, attempts)
        )

    extractor = Extractor(context.blobs, save, context.documents.note_attempts)
    await extractor.start()
    return extractor


if __name__ == "__main__":
    run(lambda: work("extract", make), "extractor")
