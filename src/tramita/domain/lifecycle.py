"""The engine of the lifecycle tables: which verb leads from which state to which, who may, and only if what.

    TICKET.decide("resolve", facts, by={Role.AGENT})   the row to follow, or the error that says why not
    TICKET.verbs(facts, by={Role.AGENT})               the verbs to offer: the buttons

Errors come in this order, so that each says the most useful thing:

1. `TransitionNotAllowed` 409, no row of the verb starts in this state;
2. `GuardFailed` 409, a condition on the item does not hold, whoever asks;
3. `NotPermitted` 403, it is possible, but not for this person;
4. `Invalid` 422, a value that no row takes, or input that breaks a rule (`verbs` looks at neither).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tramita.domain.actors import LEADERS, STAFF
from tramita.domain.codes import Kind, Method, Reason, Role, State, WaitType
from tramita.domain.errors import FieldError, GuardFailed, Invalid, NotPermitted, TransitionNotAllowed
from tramita.domain.facts import Facts

AGENT = STAFF
LEADER = LEADERS
ROBOT = frozenset({Role.ROBOT})
RECIPIENT = frozenset({Role.REQUESTER, Role.MANAGER})
SYSTEM = frozenset({Role.SYSTEM})

Check = Callable[[Facts], Iterable[FieldError]]


@dataclass(frozen=True, slots=True)
class Guard:
    """A condition and the sentence for a person when it does not hold."""

    holds: Callable[[Facts], bool]
    why: str

    @property
    def name(self) -> str:
        """The name of the condition, as tables print it."""
        return self.holds.__name__


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a lifecycle table."""

    rule: str  # of SPEC: "T-30"
    verb: str
    sources: frozenset[State | None]  # None: it does not exist yet
    to: State | None  # None: it exists no more (T-53)
    who: frozenset[Role]
    guards: tuple[Guard, ...] = ()  # about the item: they hide the verb, 409
    persons: tuple[Guard, ...] = ()  # about who asks: they hide the verb, 403
    checks: tuple[Check, ...] = ()  # about the input: 422
    methods: frozenset[Method] = frozenset()
    waits: frozenset[WaitType] = frozenset()  # the wait types it leads into
    passed: bool | None = None  # the verdict that chooses it
    reason: Reason = Reason.BY_RESOURCE  # API-3
    listed: str = ""  # where the item stands afterwards, for people
    highlight: bool = False  # L-5: it is brought to somebody's attention
    through: State | None = None  # a state passed within the same operation (A-25, T-42)
    says: str = ""  # trigger and side effects, for the documentation

    @property
    def method(self) -> Method | None:
        """The resolution method it stores, when there is only one; None where the work goes on (A-40)."""
        ends = self.to in {State.RESOLVED, State.CLOSED}
        return next(iter(self.methods)) if ends and len(self.methods) == 1 else None

    @property
    def wait_type(self) -> WaitType | None:
        """The wait it leads into, when there is only one."""
        return next(iter(self.waits)) if len(self.waits) == 1 else None

    def permits(self, facts: Facts, by: Collection[Role]) -> bool:
        """Whether one of these roles, being who they are to this item, may."""
        return not self.who.isdisjoint(by) and all(guard.holds(facts) for guard in self.persons)

    def possible(self, facts: Facts) -> bool:
        """Whether the item is in the condition for it."""
        return facts.state in self.sources and all(guard.holds(facts) for guard in self.guards)

    @property
    def chosen_by_value(self) -> bool:
        """Whether a value of the input decides between this row and others of its verb."""
        if self.verb == "wait":
            return bool(self.waits)
        return bool(self.methods) if self.verb == "resolve" else self.passed is not None

    def takes(self, facts: Facts) -> bool:
        """Whether the value that the caller chose is one of this row's (see `CHOICES`)."""
        if self.verb == "wait":
            return not self.waits or facts.given.wait_type in self.waits
        if self.verb == "resolve":
            return not self.methods or facts.given.method in self.methods
        return self.passed is None or facts.given.passed is self.passed


# verbs whose row is chosen by a value of the input: its field, how it is read, the values a row takes
CHOICES: Mapping[str, tuple[str, Callable[[Facts], object]]] = {
    "wait": ("type", lambda facts: facts.given.wait_type),
    "resolve": ("method", lambda facts: facts.given.method),
    "review": ("pass", lambda facts: facts.given.passed),
}


def row(
    rule: str,
    verb: str,
    sources: Iterable[State | None],
    to: State | None,
    who: Collection[Role],
    *guards: Guard,
    only: Iterable[Guard] = (),
    checks: Iterable[Check] = (),
    methods: Iterable[Method] = (),
    waits: Iterable[WaitType] = (),
    passed: bool | None = None,
    reason: Reason = Reason.BY_RESOURCE,
    listed: str = "",
    highlight: bool = False,
    through: State | None = None,
    says: str = "",
) -> Row:
    """A `Row` as the tables write it. `only` are conditions on the person who asks."""
    return Row(
        rule,
        verb,
        frozenset(sources),
        to,
        frozenset(who),
        tuple(guards),
        tuple(only),
        tuple(checks),
        frozenset(methods),
        frozenset(waits),
        passed,
        reason,
        listed,
        highlight,
        through,
        says,
    )


@dataclass(frozen=True)
class Lifecycle:
    """All rows of one kind. Making one refuses a table that cannot be right."""

    kind: Kind
    rows: tuple[Row, ...]
    final: frozenset[State] = frozenset({State.CLOSED})
    remarks: Mapping[str, str] = field(default_factory=dict)  # rules that are no transition, such as T-48

    def __post_init__(self) -> None:
        for fault in faults(self):
            raise ValueError(f"lifecycle {self.kind}: {fault}")

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states this kind has, in their order (C-6)."""
        named = {s for r in self.rows for s in (*r.sources, r.to, r.through)}
        return tuple(state for state in State if state in named)

    @cached_property
    def all_verbs(self) -> tuple[str, ...]:
        """Every verb, in the order of the table."""
        return tuple(dict.fromkeys(r.verb for r in self.rows))

    def of(self, verb: str) -> tuple[Row, ...]:
        """The rows of one verb."""
        return tuple(r for r in self.rows if r.verb == verb)

    @cached_property
    def _by_source(self) -> Mapping[State | None, tuple[Row, ...]]:
        """The rows by the state they start in: a list asks for the verbs of fifty items."""
        sources = {source for r in self.rows for source in r.sources}
        return {source: tuple(r for r in self.rows if source in r.sources) for source in sources}

    def verbs(self, facts: Facts, *, by: Collection[Role]) -> set[str]:
        """What these roles may do now, whatever input is still missing."""
        here = self._by_source.get(facts.state, ())
        return {r.verb for r in here if not r.who.isdisjoint(by) and r.possible(facts) and r.permits(facts, by)}

    def next_state(self, verb: str, facts: Facts, *, by: Collection[Role]) -> State | None:
        """The state that `verb` leads to; None means that the item is discarded (T-53)."""
        return self.decide(verb, facts, by=by).to

    def decide(self, verb: str, facts: Facts, *, by: Collection[Role]) -> Row:
        """The row that `verb` follows from here.

        Raises: TransitionNotAllowed, GuardFailed, NotPermitted, Invalid; see the head of the module.
        """
        possible = self._possible(verb, facts, by)
        permitted = [r for r in possible if r.permits(facts, by)]
        if not permitted:
            raise _refusal(possible, facts, by)
        chosen = [r for r in permitted if r.takes(facts)]
        if not chosen:
            raise self._wrong_choice(verb, facts, by, possible)
        errors = [error for check in chosen[0].checks for error in check(facts)]
        if errors:
            raise Invalid(errors)
        return chosen[0]

    def expect(self, verb: str, facts: Facts, *, by: Collection[Role]) -> None:
        """Refuse what the item's state forbids: those who work are told that before any missing right.

        Raises: TransitionNotAllowed, GuardFailed.
        """
        self._possible(verb, facts, by)

    def _possible(self, verb: str, facts: Facts, by: Collection[Role]) -> list[Row]:
        here = [r for r in self._by_source.get(facts.state, ()) if r.verb == verb]
        if not here:
            raise TransitionNotAllowed(verb, _name(facts.state), self.verbs(facts, by=by))
        possible = [r for r in here if r.possible(facts)]
        if not possible:
            # of the rows for those who ask, the one that lacks least says what stands in the way
            nearest = min(here, key=lambda r: (r.who.isdisjoint(by), len(_lacking(r, facts))))
            why = _lacking(nearest, facts)[0].why
            raise GuardFailed(verb, _name(facts.state), self.verbs(facts, by=by), why)
        return possible

    def _wrong_choice(self, verb: str, facts: Facts, by: Collection[Role], possible: Iterable[Row]) -> Exception:
        name, read = CHOICES[verb]
        if read(facts) is None:
            return Invalid.one(name, "required", "Choose one.")
        named = [r for r in self.of(verb) if r.chosen_by_value and r.takes(facts)]
        if not any(r.who != SYSTEM or r.who & set(by) for r in named):
            return Invalid.one(name, "not_offered", "“%(value)s” cannot be chosen here.", value=read(facts))
        if others := [r for r in possible if r in named]:
            return _refusal(others, facts, by)
        return GuardFailed(
            verb, _name(facts.state), self.verbs(facts, by=by), "This cannot be chosen in the present state."
        )


def _name(state: State | None) -> str:
    return state.value if state else "new"


def _lacking(row: Row, facts: Facts) -> list[Guard]:
    """The conditions of a row that do not hold."""
    return [guard for guard in row.guards if not guard.holds(facts)]


def _refusal(rows: Iterable[Row], facts: Facts, by: Collection[Role]) -> NotPermitted:
    """What to tell a person who may not: the condition they miss, if it is one on them."""
    for r in rows:
        if not r.who.isdisjoint(by):
            return NotPermitted(next(guard.why for guard in r.persons if not guard.holds(facts)))
    return NotPermitted("Your role may not do this.")


def faults(lifecycle: Lifecycle) -> Iterator[str]:
    """What is wrong with a table, in words; nothing for a good one."""
    yield from _moves_after_the_end(lifecycle)
    yield from _waits_without_a_type(lifecycle)
    yield from _doubled(lifecycle)
    yield from _unreachable(lifecycle)


def _moves_after_the_end(lifecycle: Lifecycle) -> Iterator[str]:
    for r in lifecycle.rows:
        if over := r.sources & lifecycle.final:
            yield f"{r.rule} {r.verb} leaves a final state: {', '.join(sorted(map(_name, over)))}"


def _waits_without_a_type(lifecycle: Lifecycle) -> Iterator[str]:
    for r in lifecycle.rows:
        if r.to is State.WAITING and not r.waits:
            yield f"{r.rule} {r.verb} leads into a wait without a type (S-9)"


def _doubled(lifecycle: Lifecycle) -> Iterator[str]:
    rows = lifecycle.rows
    for index, one in enumerate(rows):
        for other in rows[index + 1 :]:
            if _same_case(one, other):
                yield f"{one.rule} and {other.rule} both answer {one.verb}"


def _same_case(one: Row, other: Row) -> bool:
    """The same verb, state, person, conditions and choice: the table would answer twice."""
    return (
        one.verb == other.verb
        and bool(one.sources & other.sources)
        and bool(one.who & other.who)
        and set(one.guards) == set(other.guards)
        and set(one.persons) == set(other.persons)
        and not _chosen_apart(one, other)
    )


def _chosen_apart(one: Row, other: Row) -> bool:
    """Whether the value that the caller chooses tells the two rows apart."""
    if one.verb == "wait":
        return bool(one.waits) and bool(other.waits) and one.waits.isdisjoint(other.waits)
    if one.verb == "resolve":
        return bool(one.methods) and bool(other.methods) and one.methods.isdisjoint(other.methods)
    return one.passed is not other.passed


def _unreachable(lifecycle: Lifecycle) -> Iterator[str]:
    reached: set[State | None] = {None}
    while more := {r.to for r in lifecycle.rows if r.sources & reached} - reached:
        reached |= more
    for r in lifecycle.rows:
        for lost in sorted(r.sources - reached, key=_name):
            yield f"{r.rule} {r.verb} starts in {_name(lost)}, which nothing reaches"
