"""Every table of the models goes out or stays behind for a reason; the plan is right about the tables it names."""

from __future__ import annotations

from campaigns.metadata import metadata
from campaigns.transfer.scope import GOES, STAYS, columns, ordered, references


def test_every_table_is_exported_or_left_out_with_its_reason():
    tables = {table.name for table in metadata.sorted_tables}
    assert set(GOES) | set(STAYS) == tables, "a new table: name it in campaigns/transfer/scope.py"
    assert not set(GOES) & set(STAYS)
    assert all(len(reason) > 20 for reason in STAYS.values())


def test_no_exported_row_refers_to_a_table_that_stays():
    for name in GOES:
        for column, other, _ in references(metadata.tables[name]):
            assert other in GOES, f"{name}.{column} refers to {other}, which is not exported"


def test_a_table_comes_after_those_it_refers_to():
    order = [table.name for table in ordered(metadata)]
    for table in ordered(metadata):
        for _, other, _ in references(table):
            soft = other in GOES[table.name].soft.values()
            assert soft or other == table.name or order.index(other) < order.index(table.name)


def test_rules_name_columns_that_exist():
    for name, rule in GOES.items():
        known = set(metadata.tables[name].columns.keys())
        assert set(rule.instead) | set(rule.soft) | set(rule.fresh) | set(rule.order) <= known, name


def test_every_storage_key_of_an_exported_table_has_a_rule():
    for name, rule in GOES.items():
        keys = {one for one in columns(metadata.tables[name]) if one.endswith("_key")} - {
            "email_key",
            "company_key",
            "account_key",
        }
        assert keys <= {one.key for one in rule.objects}, f"{name} names stored files that would be left behind"
