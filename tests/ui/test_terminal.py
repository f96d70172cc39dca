"""How the command line speaks when no terminal is attached."""

from tramita.ui.terminal import fail, progress, table


def test_a_table_is_aligned_columns_elsewhere_than_on_a_terminal(capsys):
    table(["name", "count"], [["invoices", 12], ["hr", None]])

    assert capsys.readouterr().out == "name      count\ninvoices  12\nhr\n"


def test_progress_is_plain_lines_elsewhere_than_on_a_terminal(capsys):
    with progress("Items", total=200) as advance:
        advance(50)
        advance(150)

    assert capsys.readouterr().err == "Items: 200 of 200 (100%)\n"


def test_a_failure_is_one_line_whatever_its_message(capsys):
    assert fail("two\nlines") == 1
    assert capsys.readouterr().err == "tramita: two lines\n"
