"""Failsoft: error handling and resilience as middleware for the web app you already have."""

from __future__ import annotations

from failsoft.call import Call, RequestFacts
from failsoft.clock import Clock, SystemClock
from failsoft.errors import *  # noqa: F403 - the exceptions and the taxonomy are public names of this package
from failsoft.errors import __all__ as _errors
from failsoft.facade import Failsoft, classify, guard, protect, remaining, sanitize
from failsoft.guard import Guard
from failsoft.policies.circuit_breaker import CircuitBreaker
from failsoft.policies.policy import Policy
from failsoft.policies.retry import Budget, Retry
from failsoft.problem import Problem
from failsoft.settings import Settings

__version__ = "0.1.0"

__all__ = [
    *_errors,
    "Budget",
    "Call",
    "CircuitBreaker",
    "Clock",
    "Failsoft",
    "Guard",
    "Policy",
    "Problem",
    "RequestFacts",
    "Retry",
    "Settings",
    "SystemClock",
    "classify",
    "guard",
    "protect",
    "remaining",
    "sanitize",
]
