"""Who acts in a request, and what each route lets them do."""
