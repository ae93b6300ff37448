"""The bank's WeChat official account as a channel: messages in, answers out, within the platform's limits."""
