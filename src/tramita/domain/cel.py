"""Conditions as CEL text: `fields.amount > 10000 && !(fields.country in ["PL", "ES"])`.

The subset is comparisons of a field with a literal, `in`, `&&`, `||`, `!`, parentheses. A bare field asks
whether it is true.
"""

import re
from dataclasses import dataclass

from tramita.domain.conditions import COMPARISONS, All, AnyOf, Comparison, Condition, Literal, Not, Scalar

MAX_DEPTH = 50


class ConditionError(ValueError):
    """The text is not a condition; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"{message} (column {column})")
        self.column = column


def as_text(condition: Condition) -> str:
    """The CEL text; `parse(as_text(c)) == c` for every condition that `parse` can give."""
    match condition:
        case Comparison(field, op, value):
            return f"{field} {op} {literal_text(value)}"
        case Not(part):
            return f"!({as_text(part)})"
        case All(parts):
            return " && ".join(grouped(part) for part in parts) or "true"
        case AnyOf(parts):
            return " || ".join(grouped(part) for part in parts) or "false"


def grouped(part: Condition) -> str:
    """A part of a longer condition, in parentheses where it is a list of its own."""
    return f"({as_text(part)})" if isinstance(part, All | AnyOf) and part.parts else as_text(part)


def literal_text(value: Literal) -> str:
    """A literal as CEL writes it."""
    if isinstance(value, tuple):
        return "[" + ", ".join(literal_text(one) for one in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return '"' + "".join(ESCAPES.get(letter, letter) for letter in value) + '"'
    return repr(value)


ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
UNESCAPES = {written[1]: letter for letter, written in ESCAPES.items()} | {"'": "'"}

# Text in.

TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    | (?P<number>-?(?:\d+\.\d+|\d+)(?:[eE][+-]?\d+)?(?![\w.]))
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<sign>&&|\|\||==|!=|<=|>=|<|>|!|\(|\)|\[|\]|,)
    )""",
    re.VERBOSE,
)
WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of the text; `kind` is text, number, name, sign or end."""

    kind: str
    text: str
    column: int


def parse(text: str) -> Condition:
    """The condition that this CEL text writes. Raises: ConditionError, naming the column."""
    return Parser(tokens(text)).condition()


def tokens(text: str) -> list[Token]:
    """The words of the text, an `end` last."""
    found, position = [], 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if not match or not match.lastgroup:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            raise ConditionError(f"unexpected “{text[start]}”", start + 1)
        found.append(Token(match.lastgroup, match[match.lastgroup], match.start(match.lastgroup) + 1))
        position = match.end()
    return [*found, Token("end", "", len(text) + 1)]


class Parser:
    """Recursive descent over the four levels of CEL that we use: or, and, not, comparison."""

    def __init__(self, words: list[Token]) -> None:
        self.words, self.position, self.depth = words, 0, 0

    def condition(self) -> Condition:
        """The whole text."""
        found = self.either()
        if self.next.kind != "end":
            raise ConditionError(f"unexpected “{self.next.text}”", self.next.column)
        return found

    @property
    def next(self) -> Token:
        return self.words[self.position]

    def take(self) -> Token:
        word = self.next
        self.position += 1
        return word

    def accept(self, *signs: str) -> Token | None:
        """The next word, if it is one of these signs."""
        return self.take() if self.next.kind != "text" and self.next.text in signs else None

    def expect(self, sign: str) -> None:
        if not self.accept(sign):
            found = f"“{self.next.text}”" if self.next.text else "the end"
            raise ConditionError(f"“{sign}” expected, found {found}", self.next.column)

    def either(self) -> Condition:
        parts = [self.both()]
        while self.accept("||"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def both(self) -> Condition:
        parts = [self.unary()]
        while self.accept("&&"):
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def unary(self) -> Condition:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ConditionError("nested too deeply", self.next.column)
        found = self.negation_or_group()
        self.depth -= 1
        return found

    def negation_or_group(self) -> Condition:
        if self.accept("!"):
            return Not(self.unary())
        if self.accept("("):
            found = self.either()
            self.expect(")")
            return found
        return self.comparison()

    def comparison(self) -> Condition:
        """`field op literal`, `literal op field`, a bare field, or a bare true or false."""
        column, left = self.next.column, self.operand()
        op = self.accept(*COMPARISONS)
        if not op:
            return bare(left, column)
        right_column, right = self.next.column, self.operand()
        if isinstance(left, Name):
            return checked(Comparison(left, op.text, not_a_name(right, right_column)), right_column)
        if op.text == "in" or not isinstance(right, Name):
            raise ConditionError("a comparison needs a field", column)
        return checked(Comparison(right, MIRRORED[op.text], left), column)

    def operand(self) -> "Name | Literal":
        word = self.take()
        if word.kind == "name":
            return WORDS[word.text] if word.text in WORDS else field_name(word)
        if word.kind == "number":
            return number(word)
        if word.kind == "text":
            return unquoted(word)
        if word.text == "[":
            return self.rest_of_list()
        raise ConditionError(f"unexpected “{word.text}”" if word.text else "unexpected end", word.column)

    def rest_of_list(self) -> Literal:
        items: list[Scalar] = []
        while not self.accept("]"):
            if items:
                self.expect(",")
            column, item = self.next.column, self.operand()
            if isinstance(item, tuple | Name):
                raise ConditionError("a list holds literals only", column)
            items.append(item)
        return tuple(items)


class Name(str):
    """The dotted name of a field, told apart from a text."""

    __slots__ = ()


MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def field_name(word: Token) -> Name:
    if word.text in COMPARISONS:
        raise ConditionError(f"unexpected “{word.text}”", word.column)
    return Name(word.text)


def number(word: Token) -> int | float:
    value = float(word.text)
    if value in {float("inf"), float("-inf")}:
        raise ConditionError("the number is too large", word.column)
    return int(word.text) if word.text.lstrip("-").isdigit() else value


def unquoted(word: Token) -> str:
    """The text between the quotes. Raises: ConditionError, on an escape that CEL does not have."""

    def replaced(match: re.Match[str]) -> str:
        if match[1] not in UNESCAPES:
            raise ConditionError(f"unknown escape “\\{match[1]}”", word.column + 1 + match.start())
        return UNESCAPES[match[1]]

    return re.sub(r"\\(.)", replaced, word.text[1:-1])


def not_a_name(operand: "Name | Literal", column: int) -> Literal:
    if isinstance(operand, Name):
        raise ConditionError("a field is compared with a literal, not with another field", column)
    return operand


def bare(operand: "Name | Literal", column: int) -> Condition:
    """A field alone asks whether it is true; `true` and `false` are the empty all and any."""
    if isinstance(operand, Name):
        return Comparison(str(operand), "==", True)
    if isinstance(operand, bool):
        return All(()) if operand else AnyOf(())
    raise ConditionError("a comparison is missing", column)


def checked(comparison: Comparison, column: int) -> Comparison:
    """The comparison, if its operator suits its literal."""
    is_list = isinstance(comparison.value, tuple)
    if (comparison.op == "in") != is_list:
        raise ConditionError("“in” needs a list" if not is_list else "a list is compared with “in”", column)
    if comparison.op not in {"==", "!=", "in"} and (comparison.value is None or isinstance(comparison.value, bool)):
        raise ConditionError(f"“{comparison.op}” needs a number or a text", column)
    return Comparison(str(comparison.field), comparison.op, comparison.value)
