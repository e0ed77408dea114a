"""Time as texts and records state it: phrases and their meaning, dates in fields, addresses and pages, doubts."""
