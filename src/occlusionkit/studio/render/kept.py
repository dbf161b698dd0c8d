"""What a renderer keeps from one picture to the next, bounded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Releasable(Protocol):
    def release(self) -> object: ...


T = TypeVar("T", bound=Releasable)


class Kept(Generic[T]):
    """What was made last, each for what it was made of; what was unused longest is released when `size` is passed.

    A key is a tuple of objects that are told apart by identity (worlds, items, arrays, lists of lights) or by value
    (bytes, numbers and tuples of them). It is held as long as its thing is, so no identity is ever that of a new
    object. weigh: how much of `size` a thing takes, 1 each unless told.
    """

    def __init__(self, size: int, *, weigh: Callable[[T], int] = lambda _: 1) -> None:
        self._size, self._weigh, self._held = size, weigh, 0
        self._things: OrderedDict[Hashable, tuple[tuple[object, ...], T]] = OrderedDict()

    def get(self, made_of: tuple[object, ...], make: Callable[[], T]) -> T:
        """The thing made of just these objects, made now if it is not there."""
        key = tuple(part if _is_value(part) else id(part) for part in made_of)
        if key in self._things:
            self._things.move_to_end(key)
            return self._things[key][1]
        thing = make()
        self._things[key] = (made_of, thing)
        self._held += self._weigh(thing)
        while len(self._things) > 1 and self._held > self._size:
            self._release(oldest=True)
        return thing

    def clear(self) -> None:
        while self._things:
            self._release(oldest=False)

    def _release(self, *, oldest: bool) -> None:
        thing = self._things.popitem(last=not oldest)[1][1]
        self._held -= self._weigh(thing)
        thing.release()


def _is_value(part: object) -> bool:
    return isinstance(part, (int, float, bytes)) or (isinstance(part, tuple) and all(map(_is_value, part)))
