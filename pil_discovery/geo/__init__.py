"""Pure kernels on geometry: areas, coordinate systems, overlay, positional error."""
