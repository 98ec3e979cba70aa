"""What programs call: JSON in, JSON out, problems as RFC 9457, described at /api/openapi.json."""
