"""What a run made, by content: lists of hashes, and what differs between two of them."""
