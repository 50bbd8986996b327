"""A browser without JavaScript and screen: pages, forms, redirects and cookies as people's browsers have them."""
