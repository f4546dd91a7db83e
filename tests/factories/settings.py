"""Settings with which production starts."""

PRODUCTION = {
    "env": "production", "secret_key": "k" * 32, "base_url": "https://portal.example.com",
    "payment_provider": "stripe", "stripe_key": "sk_live_of_nobody", "stripe_webhook_secret": "whsec_of_nobody",
}  # fmt: skip
