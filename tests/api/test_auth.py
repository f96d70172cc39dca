"""Who may call at all."""

import pytest
from django.conf import settings as django_settings

from tests import factories
from tests.api.callers import Caller, ask, problem, stranger, token_for
from tramita.api import rate

pytestmark = pytest.mark.django_db


def test_a_token_opens_the_api() -> None:
    """INTERFACES 5."""
    ana = factories.person()

    answer = ask(ana).get("/users")

    assert answer.status_code == 200
    assert [user["name"] for user in answer.json()["results"]] == ["Ana Lima"]


def test_without_a_token_the_answer_says_how_to_sign_in() -> None:
    """INTERFACES 5, RFC 6750."""
    answer = stranger().get("/users")

    problem(answer, 401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer nobody-has-this", "Basic YTpi", "Bearer \x7fé", "é"]
)
def test_a_wrong_token_is_no_token(header: str) -> None:
    """INTERFACES 5."""
    answer = stranger().get("/users", headers={"Authorization": header})

    problem(answer, 401, "not_signed_in")


def test_who_is_inactive_is_refused() -> None:
    """SEC-1."""
    eve = factories.person("Eve Dark", is_active=False)

    problem(ask(eve).get("/users"), 401, "not_signed_in")


def test_a_robot_calls_with_its_own_token() -> None:
    """B-1."""
    robot = factories.robot()

    assert ask(robot).get("/queues").status_code == 200


def test_a_token_costs_one_query(django_assert_num_queries) -> None:
    """DESIGN 2.13."""
    ana = factories.person(queues=[factories.queue()])
    caller = ask(ana)
    caller.get("/approval-types")  # which takes a portion of what the token may ask

    with django_assert_num_queries(2):  # the caller, the list
        caller.get("/approval-types")


def test_who_asks_too_often_is_told_when_to_come_back(settings) -> None:
    """INTERFACES 5."""
    settings.TRAMITA_API_RATE = 3
    rate.forget()
    caller = ask(factories.person())

    answers = [caller.get("/queues") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    problem(answers[3], 429, "too_many_requests")
    assert 1 <= int(answers[3].headers["Retry-After"]) <= 20


def test_one_token_does_not_spend_the_allowance_of_another(settings) -> None:
    """INTERFACES 5."""
    settings.TRAMITA_API_RATE = 1
    rate.forget()
    ana, rui = factories.person(), factories.person("Rui Sousa")
    ask(ana).get("/queues")

    assert ask(ana).get("/queues").status_code == 429
    assert ask(rui).get("/queues").status_code == 200


def test_a_session_of_the_pages_is_no_token(client) -> None:
    """DESIGN 2.13: no cookie opens the API, so no other site can use one."""
    ana = factories.person()
    client.force_login(ana, backend=django_settings.AUTHENTICATION_BACKENDS[0])

    assert client.get("/api/v1/users").status_code == 401


def test_tokens_are_not_kept_in_the_clear() -> None:
    """DESIGN 2.13."""
    ana = factories.person()
    token = token_for(ana)

    assert not ana.tokens.filter(digest__contains=token).exists()
    assert Caller(token).get("/queues").status_code == 200
