"""What banks send: statements of our accounts."""
