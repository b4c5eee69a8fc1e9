from __future__ import annotations

import pytest

from songbot.worker.circuit_breaker import FAILURE_THRESHOLD, CircuitBreaker, CircuitState
from songbot.worker.rate_limiter import MIN_RATE, RECOVERY_RATE, AdaptiveRateLimiter
from songbot.worker.throttle import INITIAL_BACKOFF, MAX_RETRY_AFTER, RequestKind, RequestThrottle


class Seconds:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def throttle(seconds: Seconds) -> RequestThrottle:
    return RequestThrottle(seconds, lambda: 0.0)


def open_breaker(now: float = 100.0) -> CircuitBreaker:
    breaker = CircuitBreaker()
    breaker.open(now)
    return breaker


def test_only_failures_in_a_row_reach_the_threshold():
    breaker = CircuitBreaker()
    for _ in range(FAILURE_THRESHOLD - 1):
        assert not breaker.record_failure()
    breaker.close()
    reached = [breaker.record_failure() for _ in range(FAILURE_THRESHOLD)]
    assert reached == [False] * (FAILURE_THRESHOLD - 1) + [True]


def test_a_closed_circuit_needs_no_trial():
    assert not CircuitBreaker().try_half_open()


def test_an_open_circuit_allows_one_trial_at_a_time():
    breaker = open_breaker()
    assert breaker.try_half_open()
    assert breaker.state is CircuitState.HALF_OPEN
    assert not breaker.try_half_open()


def test_a_trial_without_a_result_leaves_the_circuit_open_for_the_next_one():
    breaker = open_breaker()
    breaker.try_half_open()
    breaker.end_trial()
    assert breaker.state is CircuitState.OPEN
    assert breaker.try_half_open()


def test_a_failed_trial_leaves_the_circuit_open_since_the_first_failure():
    breaker = open_breaker(now=100.0)
    breaker.try_half_open()
    breaker.record_failure()
    breaker.open(160.0)
    assert (breaker.state, breaker.opened_at) == (CircuitState.OPEN, 100.0)


def test_a_successful_trial_closes_the_circuit():
    breaker = open_breaker()
    breaker.try_half_open()
    breaker.close()
    assert (breaker.state, breaker.opened_at) == (CircuitState.CLOSED, None)


def test_without_a_limit_no_request_waits():
    limiter = AdaptiveRateLimiter(lambda: 0.0)
    assert [limiter.reserve(100.0) for _ in range(1000)] == [0.0] * 1000


def test_halving_starts_from_the_measured_rate():
    limiter = AdaptiveRateLimiter(lambda: 0.0)
    for tenth in range(60):
        limiter.reserve(100.0 + tenth / 10)
    limiter.halve(106.0)
    assert limiter.limit == pytest.approx(5.0)


def test_halving_never_goes_below_the_lowest_rate():
    limiter = AdaptiveRateLimiter(lambda: 0.0)
    for _ in range(20):
        limiter.halve(100.0)
    assert limiter.limit == MIN_RATE


def test_a_limited_request_waits_for_its_turn():
    limiter = AdaptiveRateLimiter(lambda: 0.0)
    limiter.start_slowly()
    waits = [limiter.reserve(100.0) for _ in range(5)]
    assert waits[-1] == pytest.approx(1 / RECOVERY_RATE)
    assert limiter.reserve(100.0 + waits[-1]) == 0


def test_one_request_probes_while_whisul_is_down_and_the_others_wait(
    seconds: Seconds, throttle: RequestThrottle
):
    throttle.record_failure(definite=True)
    assert throttle.reserve() == INITIAL_BACKOFF
    seconds.now += INITIAL_BACKOFF
    assert throttle.reserve() == 0
    assert throttle.reserve() > 0
    throttle.record_cancelled()
    assert throttle.reserve() == 0


def test_each_failed_probe_doubles_the_wait(seconds: Seconds, throttle: RequestThrottle):
    waits: list[float] = []
    for _ in range(7):
        throttle.record_failure(definite=True)
        waits.append(throttle.retry_in())
        seconds.now += throttle.retry_in()
    assert waits == [2, 4, 8, 16, 32, 60, 60]
    assert throttle.unavailable_since == 100.0


def test_failures_of_requests_that_were_under_way_do_not_prolong_the_wait(throttle: RequestThrottle):
    throttle.record_failure(definite=True)
    for _ in range(10):
        throttle.record_failure(definite=True)
    assert throttle.retry_in() == INITIAL_BACKOFF


def test_after_downtime_requests_start_slowly(throttle: RequestThrottle):
    throttle.record_failure(definite=True)
    throttle.record_success()
    assert throttle.unavailable_since is None
    assert throttle.rate_limit == pytest.approx(RECOVERY_RATE * 1.05)


def test_a_retry_after_holds_only_its_own_kind_and_for_two_minutes_at_most(throttle: RequestThrottle):
    throttle.record_rate_limited(retry_after=3600.0, kind=RequestKind.SUBMIT)
    assert throttle.retry_in(RequestKind.SUBMIT) == MAX_RETRY_AFTER
    assert throttle.retry_in(RequestKind.POLL) == 0


def test_waits_are_spread_by_up_to_a_fifth_of_the_wait_and_five_seconds_and_never_shortened(seconds: Seconds):
    late = RequestThrottle(seconds, lambda: 1.0)
    late.record_failure(definite=True)
    assert late.retry_in() == pytest.approx(1.2 * INITIAL_BACKOFF)
    assert late.reserve() == pytest.approx(1.2 * INITIAL_BACKOFF + 2 * INITIAL_BACKOFF)
    for _ in range(7):
        seconds.now += late.retry_in()
        late.record_failure(definite=True)
    assert late.retry_in() == pytest.approx(1.2 * 60)
    assert late.reserve() == pytest.approx(1.2 * 60 + 5)


def test_limited_requests_that_wait_come_back_at_different_times():
    limiter = AdaptiveRateLimiter(lambda: 1.0)
    limiter.start_slowly()
    assert limiter.reserve(100.0) == limiter.reserve(100.0) == 0
    assert limiter.reserve(100.0) == pytest.approx(1 / RECOVERY_RATE + 10 / RECOVERY_RATE)
    limiter.limit = MIN_RATE
    assert limiter.reserve(100.0) == pytest.approx(1 / RECOVERY_RATE + 5)


def test_over_a_second_no_more_requests_are_sent_than_the_limit_allows():
    limiter = AdaptiveRateLimiter(lambda: 0.0)
    limiter.start_slowly()
    sent = sum(limiter.reserve(100.0 + millisecond / 1000) == 0 for millisecond in range(1000))
    assert RECOVERY_RATE <= sent <= RECOVERY_RATE + 1
