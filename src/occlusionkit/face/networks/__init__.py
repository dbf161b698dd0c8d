"""Networks that segment faces. `catalogue` names them without loading torch; `build` makes them."""
