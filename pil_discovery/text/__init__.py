"""Pure kernels over text: characters, numbers, units, dates, codes, names, headers."""
