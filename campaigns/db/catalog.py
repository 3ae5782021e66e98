"""What a schema consists of, as PostgreSQL itself says it: columns, constraints, indexes, triggers, functions."""

from __future__ import annotations

from sqlalchemy import Connection, text

_QUERIES = {
    "column": """
        SELECT c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
               || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END
               || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace(:schema)""",
    "constraint": """
        SELECT c.relname || ' ' || k.conname || ' ' || pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE k.contype <> 'n' AND c.relnamespace = to_regnamespace(:schema)""",
    "index": """
        SELECT pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = to_regnamespace(:schema)""",
    "trigger": """
        SELECT pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relnamespace = to_regnamespace(:schema)""",
    "function": """
        SELECT p.proname || ' ' || p.prosrc FROM pg_proc p WHERE p.pronamespace = to_regnamespace(:schema)""",
}


def catalog(connection: Connection, schema: str) -> set[str]:
    """One line per thing in the schema, without the schema's name; Alembic's own table is left out.

    Sets the transaction's search path, which decides whether PostgreSQL writes names with their schema.
    """
    connection.execute(text("SELECT set_config('search_path', :schema, true)"), {"schema": schema})
    found = set()
    for kind, query in _QUERIES.items():
        for line in connection.execute(text(query), {"schema": schema}).scalars():
            plain = " ".join(line.replace(f"{schema}.", "").split())
            if "alembic_version" not in plain:
                found.add(f"{kind} {plain}")
    return found
