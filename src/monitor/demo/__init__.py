"""A small fictional organisation with its feeds, a Reddit API and a Mastodon API, served on loopback."""
