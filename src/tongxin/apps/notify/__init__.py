"""Who is told what, by which channel: notices to people, webhooks to programs."""
