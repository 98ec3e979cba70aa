"""What screens read: functions over a connection that return plain frozen dataclasses."""
