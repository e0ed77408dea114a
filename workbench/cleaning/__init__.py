"""What is needed to clean one article: lines, the furniture around it, whom it credits, edits that are undone."""
