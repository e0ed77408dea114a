"""What says when an article that states no date was published: siblings, clues, the odds they give, trials of them."""
