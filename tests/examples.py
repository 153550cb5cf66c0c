"""How many examples a property is tried on where the usual number is too few or too dear."""

from hypothesis import settings


def is_thorough() -> bool:
    """Whether properties are tried on as many examples as CI tries: then all is tried."""
    return settings.default.max_examples >= settings.get_profile("thorough").max_examples


def tries(thorough: int) -> int:
    """So many tries in the thorough profile, and fewer in the same proportion in others."""
    return thorough * settings.default.max_examples // settings.get_profile("thorough").max_examples


def examples(thorough: int) -> settings:
    """So many examples in the thorough profile, and fewer in the same proportion in others."""
    return settings(max_examples=tries(thorough))
