"""Which joints are hidden: labels from depth, and statistics of them."""
