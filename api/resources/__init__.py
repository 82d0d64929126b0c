"""The resources of the API: each module parses, calls the domain, presents. No rules here."""
