"""Pure kernels on pictures: registration, indices, change, series, zonal statistics."""
