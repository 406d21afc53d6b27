"""Class-based views, Django's and those of REST framework: which function answers which method."""

from __future__ import annotations

from typing import Any

from failsoft.marks import mark_of

__all__ = ["is_marked", "methods_of", "subject_of"]


def methods_of(view: Any) -> tuple[str, ...]:
    """The methods that a class-based view answers; none for a function, which answers any."""
    cls = _class_of(view)
    if cls is None:
        return ()
    actions = getattr(view, "actions", None)
    names = actions or [name for name in getattr(cls, "http_method_names", ()) if hasattr(cls, name)]
    return tuple(name.upper() for name in names)


def subject_of(view: Any, method: str) -> Any:
    """What carries the mark for a method: the function that answers it, else its class, else the view."""
    cls = _class_of(view)
    if cls is None:
        return view
    name = method.lower()
    actions = getattr(view, "actions", None) or {}
    handler = getattr(cls, actions.get(name, name), None)
    if handler is None and name == "head":
        handler = getattr(cls, actions.get("get", "get"), None)
    for found in (handler, cls):
        if found is not None and mark_of(found) is not None:
            return found
    return view


def is_marked(view: Any) -> bool:
    """Whether a view, its class or one of its functions carries a mark."""
    subjects = [view, *(subject_of(view, method) for method in methods_of(view))]
    # every one of them is read, for reading ticks a mark off
    return any([mark_of(subject) is not None for subject in subjects])  # noqa: C419


def _class_of(view: Any) -> Any:
    return getattr(view, "view_class", None) or getattr(view, "cls", None)
