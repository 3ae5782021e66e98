"""The HTTP API: declared operations over the same services as the pages, and the document made from them."""
