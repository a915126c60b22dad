"""AWS on this machine: moto's server with real engines behind the APIs that it only imitates."""
