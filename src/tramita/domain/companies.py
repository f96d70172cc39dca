"""Companies nest one level: a parent and its branches (CT-5, CG-48)."""


def belongs_elsewhere(company: int | None, *, of_item: int | None, parent: int | None) -> bool:
    """Whether an agent bound to `company` is a stranger to an item of another one, whose parent is given (CT-6).

    An agent without a company is global; an item without one is nobody's. People of a parent may have to do with its
    branches, people of a branch only with the branch (CT-5).
    """
    return company is not None and of_item is not None and company not in (of_item, parent)
