"""Settings, URLs, servers and the clock of Widemargin."""
