"""Everything that happens later: the job executor and the scheduler that wakes it."""
