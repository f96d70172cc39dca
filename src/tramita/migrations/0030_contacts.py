"""Contacts are found by words, and what each has to do with is found by an index (CT-7).

Names and addresses are folded as `domain.folding` does: on SQLite its tokenizer takes accents away, and what it keeps
is replaced here; on PostgreSQL a function does both. The databases keep these words by themselves, whoever writes.
"""

import unicodedata
from collections.abc import Callable

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

STAY = {
    "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "ð": "d", "Ð": "d", "þ": "th", "Þ": "th", "ß": "ss",
    "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t",
}  # fmt: skip
SPACES = "@._-+/:'’"
LATIN = [chr(code) for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))]


def replaced(text: str, pairs: dict[str, str]) -> str:
    for one, other in pairs.items():
        text = f"replace({text}, '{one}', '{other}')"
    return text


def plain(letter: str) -> str:
    """Without its accent and its case."""
    apart = unicodedata.normalize("NFKD", letter)
    return "".join(part for part in apart if not unicodedata.combining(part)).casefold()


def folded_sqlite(row: str) -> str:
    return replaced(f"{row}.name || ' ' || COALESCE({row}.email, '')", STAY)


def folded_postgresql() -> str:
    accents = {one: plain(one) for one in LATIN if one not in STAY and len(plain(one)) == 1 and plain(one) != one}
    accents |= {chr(code): chr(code + 32) for code in range(65, 91)} | dict.fromkeys(SPACES.replace("'", ""), " ")
    text = replaced("name || ' ' || COALESCE(email, '')", STAY)
    return f"translate({text}, '{''.join(accents)}', '{''.join(accents.values())}')"


SQLITE = [
    "CREATE VIRTUAL TABLE contact_words USING fts5(words, prefix='2 3', tokenize='unicode61 remove_diacritics 2')",
    f"INSERT INTO contact_words(rowid, words) SELECT p.id, {folded_sqlite('p')} FROM people p",  # noqa: S608 - texts of ours
    f"""CREATE TRIGGER people_words_come AFTER INSERT ON people
         BEGIN INSERT INTO contact_words(rowid, words) VALUES (NEW.id, {folded_sqlite("NEW")}); END""",  # noqa: S608 - a text of ours
    f"""CREATE TRIGGER people_words_change AFTER UPDATE OF name, email ON people
         WHEN OLD.name <> NEW.name OR OLD.email IS NOT NEW.email
         BEGIN UPDATE contact_words SET words = {folded_sqlite("NEW")} WHERE rowid = NEW.id; END""",  # noqa: S608 - a text of ours
    """CREATE TRIGGER people_words_go AFTER DELETE ON people
         BEGIN DELETE FROM contact_words WHERE rowid = OLD.id; END""",
]
SQLITE_BACK = [
    "DROP TRIGGER people_words_come",
    "DROP TRIGGER people_words_change",
    "DROP TRIGGER people_words_go",
    "DROP TABLE contact_words",
]
POSTGRESQL = [
    f"""CREATE FUNCTION contact_words(name text, email text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
         AS $$ SELECT to_tsvector('simple'::regconfig, {folded_postgresql()}) $$""",
    "CREATE INDEX people_by_words ON people USING gin (contact_words(name, email))",
]
POSTGRESQL_BACK = ["DROP INDEX people_by_words", "DROP FUNCTION contact_words"]


def run(sqlite: list[str], postgresql: list[str]) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    """The step that speaks to the database at hand."""

    def step(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for statement in sqlite if schema_editor.connection.vendor == "sqlite" else postgresql:
            schema_editor.execute(statement)

    return step


def besides(tag: str, name: str) -> migrations.AddIndex:
    condition = models.Q((tag, models.F("requester")), _negated=True)
    return migrations.AddIndex("item", models.Index(fields=[tag, "id"], name=name, condition=condition))


class Migration(migrations.Migration):
    dependencies = [("tramita", "0029_defects")]

    operations = [
        besides("primary_contact", "items_by_primary"),
        besides("subject", "items_by_subject"),
        besides("original_requester", "items_by_first"),
        migrations.AlterField(
            "copiedcontact",
            "person",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex("copiedcontact", models.Index(fields=["person", "item"], name="copied_by_person")),
        migrations.RunPython(run(SQLITE, POSTGRESQL), run(SQLITE_BACK, POSTGRESQL_BACK)),
    ]
