"""The shapes that go in and out, as INTERFACES section 5 has them."""
