"""The extractor service: jobs of the ``extract`` stream."""

from services.extractor.handler import Attempts, Extractor
from shared.db.pool import patiently
from shared.messages import Reader, Timetable
from shared.service import Context, run, work


async def make(context: Context) -> Extractor:
    """The stage on the service's own blob store and database."""

    async def save(
        document_id: str, tenant: str, timetable: Timetable, timetable_id: str, reader: Reader, attempts: Attempts
    ) -> Timetable | None:
        # A reading that cost seconds is kept until Postgres is back, not read again.
        return await patiently(
            lambda: context.documents.save_timetable(document_id, tenant, timetable, timetable_id, reader, attempts)
        )

    return Extractor(context.blobs, save, context.documents.note_attempts)


if __name__ == "__main__":
    run(lambda: work("extract", make), "extractor")
