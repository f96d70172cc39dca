"""MAIL section 9, line by line: which test holds each, small in `make test` and whole in `make soak`."""

import ast
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LINES = {
    "0 crashed, 0 lost, 0 invariants broken, whole and damaged": (
        "domain/mime/test_hostile.py::test_a_message_soaked_in_damage_is_read_as_far_as_it_goes",
        "domain/mime/test_hostile.py::test_no_leaf_of_a_damaged_message_is_lost",
        "domain/mime/test_hostile.py::test_any_bytes_are_a_message",
    ),
    "subject, sender, body, files of odd mail": ("domain/mime/test_samples.py::test_each_sample_is_read_as_expected",),
    "1,500 odd messages under 10 s, none over 1 s": (
        "mail/test_speed.py::test_soak_odd_mail_is_parsed_in_time_by_the_command",
        "domain/mime/test_hostile.py::test_nothing_takes_time_out_of_proportion",
    ),
    "outcome right 99 of 99": ("services/test_samples.py::test_each_sample_does_what_is_expected",),
    "imported again: nothing new": ("mail/test_import.py::test_importing_again_says_duplicate_and_which_item",),
    "in random order with four workers: the same items": (
        "services/test_samples.py::test_every_order_makes_the_same_items",
        "services/test_samples_at_once.py::test_four_importers_make_the_same_items_as_one",
    ),
    "kill -9 at each step of intake": (
        "faults/test_kill_fetching.py::test_soak_a_worker_killed_at_each_step_of_intake_loses_and_doubles_nothing",
        "faults/test_kill.py::test_importers_and_workers_killed_at_random_lose_and_double_nothing",
        "faults/test_kill_listening.py::test_soak_a_listener_killed_around_its_commit_loses_and_doubles_nothing",
    ),
    "UIDVALIDITY changed under it": (
        "services/test_fetching.py::test_a_server_that_counts_anew_loses_and_doubles_nothing",
    ),
    "a wrong password beside one that works": (
        "worker/test_fetchers.py::test_a_wrong_password_beside_a_mailbox_that_works_delays_nothing",
    ),
    "SMTP faults": (
        "services/test_sending_faults.py::test_a_fault_at_any_step_loses_nothing_and_sends_nothing_twice",
        "faults/test_kill_sending.py::test_a_worker_killed_at_any_point_of_sending_sends_nothing_twice",
    ),
    "two desks that acknowledge each other": (
        "services/test_every_mail.py::test_two_desks_that_acknowledge_each_other_send_five_mails_at_most",
    ),
    "an out-of-office that answers everything": (
        "services/test_every_mail.py::test_an_absence_note_that_answers_everything_ends_after_three",
    ),
    "every mail sent": (
        "services/test_every_mail.py::test_every_mail_of_a_person_reads_back_whole",
        "services/test_every_mail.py::test_every_answer_to_a_hostile_mail_reads_back_whole",
        "services/test_size_notices.py::test_a_mail_over_the_limit_waits_in_the_tray_and_its_sender_is_told",
    ),
    "arrival to item: median under 5 s with IDLE": (
        "worker/test_fetchers.py::test_with_idle_a_mail_is_an_item_within_seconds",
    ),
}


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_what_counts_as_done_has_its_tests(line: str) -> None:
    """MAIL section 9: a test that was renamed or dropped is missed here."""
    for named in LINES[line]:
        file, _, test = named.partition("::")
        found = ast.parse((HERE / file).read_text("utf-8"))
        assert test in {one.name for one in ast.walk(found) if isinstance(one, ast.FunctionDef)}
