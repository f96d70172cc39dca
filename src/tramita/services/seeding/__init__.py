"""Reference data of any size: the same items for the same seed, as the services would have written them."""

from tramita.services.seeding.filling import NotEmpty, fill, seeded
from tramita.services.seeding.profiles import PROFILES, Profile

__all__ = ["PROFILES", "NotEmpty", "Profile", "fill", "seeded"]
