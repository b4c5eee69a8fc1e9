"""Keep the catalogs in `locales/` in step with the code, and check them."""
