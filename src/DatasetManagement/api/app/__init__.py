"""The Dataset Management API."""
