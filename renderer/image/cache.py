"""A small least-recently-used cache, bounded by the weight of what it holds; safe between threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class WeightedCache(Generic[Value]):
    """Keeps values up to `limit` in total weight (say bytes), the least recently used go first."""

    def __init__(self, limit: int, weigh: Callable[[Value], int]) -> None:
        self._limit = limit
        self._weigh = weigh
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._weight = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made if absent. It is made outside the lock: at worst twice, and equal."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
                return found[0]
        value = make()
        weight = self._weigh(value)
        with self._lock:
            if key not in self._held:
                self._held[key] = (value, weight)
                self._weight += weight
                while self._weight > self._limit and len(self._held) > 1:
                    self._weight -= self._held.popitem(last=False)[1][1]
        return value

    def clear(self) -> None:
        """Forgets everything."""
        with self._lock:
            self._held.clear()
            self._weight = 0
