"""What a renderer keeps from one picture to the next, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Releasable(Protocol):
    def release(self) -> object: ...


T = TypeVar("T", bound=Releasable)


class Kept(Generic[T]):
    """The last `size` things made, each for what it was made of; the one longest unused is released.

    A key is a tuple of objects that are told apart by identity (worlds, items, arrays, lists of lights) or by value
    (numbers, tuples of them). It is held as long as its thing is, so an identity is never that of a new object.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._things: OrderedDict[Hashable, tuple[tuple[object, ...], T]] = OrderedDict()

    def get(self, made_of: tuple[object, ...], make: Callable[[], T]) -> T:
        """The thing made of just these objects, made now if it is not there."""
        key = tuple(part if isinstance(part, (int, float, str)) or _is_numbers(part) else id(part) for part in made_of)
        if key in self._things:
            self._things.move_to_end(key)
            return self._things[key][1]
        thing = make()
        self._things[key] = (made_of, thing)
        if len(self._things) > self._size:
            self._things.popitem(last=False)[1][1].release()
        return thing

    def clear(self) -> None:
        while self._things:
            self._things.popitem()[1][1].release()


def _is_numbers(part: object) -> bool:
    return isinstance(part, tuple) and all(isinstance(value, (int, float)) for value in part)
