"""How often a token may ask: 429 with Retry-After beyond it."""

from rest_framework.throttling import SimpleRateThrottle


class TokenThrottle(SimpleRateThrottle):
    """So many requests a token in a sliding window (setting API_RATE)."""

    scope = "token"

    def get_cache_key(self, request, view) -> str | None:
        return f"throttle_token_{request.auth.pk}" if request.auth else None
