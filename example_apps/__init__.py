"""Small apps that show Failsoft at work, and the unreliable service that they depend on."""
