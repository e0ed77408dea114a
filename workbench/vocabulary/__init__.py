"""The words and phrases of a collection that can stand for what a text is about: read, merged, bound and counted."""
