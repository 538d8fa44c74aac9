"""From a message to a proven Answer, and the channels that render it."""
