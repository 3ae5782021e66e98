"""Writes the first migration anew from the models and triggers, on an embedded database; until the first release."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from alembic import command

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from app.embedded.postgres import EmbeddedPostgres  # noqa: E402
from campaigns.db.session import make_engine  # noqa: E402
from campaigns.db.triggers import statements  # noqa: E402
from campaigns.db.upgrade import FOLDER, check, config, upgrade  # noqa: E402
from campaigns.metadata import metadata  # noqa: E402

TARGET = FOLDER / "versions" / "0001_initial.py"


def literal(statement: str) -> str:
    """A statement as the migration keeps it, so that later changes of the triggers do not rewrite history."""
    return f'    op.execute("""{statement}""")\n'


def circular_keys() -> str:
    """The foreign keys that tables of a circle get after they exist; Alembic leaves them out."""
    lines = ""
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            if key.use_alter:
                theirs = [element.column.name for element in key.elements]
                places = f"{table.name!r}, {key.referred_table.name!r}, {key.column_keys!r}, {theirs!r}"
                lines += f"    op.create_foreign_key({key.name!r}, {places})\n"
    return lines


def main() -> int:
    """Write 0001, run it, compare; exit code 1 if the models are not what it makes."""
    others = [path.name for path in TARGET.parent.glob("[0-9]*.py") if path != TARGET]
    if others:
        sys.stderr.write(f"there are later migrations ({', '.join(others)}); write another one instead\n")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        place.chmod(0o711)
        server = EmbeddedPostgres(place / "postgres", place / "run", place / "log", fast=True)
        try:
            engine = make_engine(server.start(dict(os.environ)))
            TARGET.unlink(missing_ok=True)
            with engine.connect() as connection:
                command.revision(config(connection, metadata), "initial", autogenerate=True, rev_id="0001")
            body = TARGET.read_text(encoding="utf-8").rstrip() + "\n"
            TARGET.write_text(body + circular_keys() + "".join(map(literal, statements())), encoding="utf-8")
            upgrade(engine)
            differences = check(engine, metadata)
            engine.dispose()
        finally:
            server.stop()
    sys.stdout.write("".join(f"{line}\n" for line in differences) or f"{TARGET.name} equals the models\n")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
