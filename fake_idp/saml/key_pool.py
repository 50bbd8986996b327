"""RSA keys that are already there: generating one takes up to 300 ms, and each Okta app has its own."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable
from functools import lru_cache
from math import gcd

from cryptography.hazmat.primitives.asymmetric import rsa

PUBLIC_EXPONENT = 65537
KEY_BITS = 2048


class KeyPool:
    """Keys for one process. Orgs take keys and give them back when they close; the next org takes those first.

    Thread-safe. Two orgs that are open at the same time never share a key. A key that was given back must not
    be trusted by anything that outlives its org; tests that need a key nobody had before use :meth:`fresh`.
    """

    def __init__(self) -> None:
        self._free: list[rsa.RSAPrivateKey] = []
        self._lock = threading.Lock()
        self._prefetcher: threading.Thread | None = None

    def __len__(self) -> int:
        return len(self._free)

    def fresh(self) -> rsa.RSAPrivateKey:
        """A key generated now (30 to 300 ms)."""
        return rsa.generate_private_key(PUBLIC_EXPONENT, KEY_BITS)

    def take(self) -> rsa.RSAPrivateKey:
        """A key that nobody else holds: a free one, else a fresh one."""
        with self._lock:
            if self._free:
                return self._free.pop()
        return self.fresh()

    def give_back(self, keys: Iterable[rsa.RSAPrivateKey]) -> None:
        """Hand keys over for reuse. The giver must not use them again."""
        with self._lock:
            held = {id(k) for k in self._free}
            self._free.extend(k for k in keys if id(k) not in held)

    def prefetch(self, count: int) -> None:
        """Have ``count`` free keys soon: a daemon thread generates what is missing. Returns at once."""
        with self._lock:
            if len(self._free) >= count or (self._prefetcher and self._prefetcher.is_alive()):
                return
            self._prefetcher = threading.Thread(
                target=self._fill, args=(count,), name="rsa-prefetch", daemon=True
            )
            self._prefetcher.start()

    def _fill(self, count: int) -> None:
        while len(self._free) < count:
            self.give_back([self.fresh()])


key_pool = KeyPool()
"""The pool of this process."""


@lru_cache(maxsize=32)
def deterministic_private_key(seed: str) -> rsa.RSAPrivateKey:
    """The RSA key that belongs to ``seed``, the same on every machine. For golden tests only.

    Whoever knows the seed has the key, so it protects nothing. Takes about half a second, once a process.
    """
    stream = _Stream(seed)
    q, p = sorted((_prime(stream), _prime(stream)))
    d = pow(PUBLIC_EXPONENT, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(PUBLIC_EXPONENT, p * q)
    )
    return numbers.private_key(unsafe_skip_rsa_key_validation=True)


class _Stream:
    """Bytes that follow from a seed: SHAKE-256 of the seed and a counter."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._counter = 0

    def integer(self, bits: int) -> int:
        self._counter += 1
        block = hashlib.shake_256(self._seed + b"/%d" % self._counter).digest(bits // 8)
        return int.from_bytes(block, "big")


_SMALL_PRIMES = [n for n in range(3, 2000) if all(n % d for d in range(2, int(n**0.5) + 1))]


def _prime(stream: _Stream) -> int:
    """The first prime of half the key size, its two top bits set, from the stream's candidates."""
    half = KEY_BITS // 2
    top = 3 << (half - 2)
    while True:
        candidate = stream.integer(half) | top | 1
        for number in range(candidate, min(candidate + 4000, 1 << half), 2):
            if _is_prime(number) and gcd(number - 1, PUBLIC_EXPONENT) == 1:
                return number


def _is_prime(number: int) -> bool:
    """Miller-Rabin over fixed bases: far beyond doubt for numbers that nobody chose to fool it."""
    if any(number % p == 0 for p in _SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, *_SMALL_PRIMES[:11]):
        x = pow(base, odd, number)
        if x in (1, number - 1):
            continue
        for _ in range(twos - 1):
            x = x * x % number
            if x == number - 1:
                break
        else:
            return False
    return True
