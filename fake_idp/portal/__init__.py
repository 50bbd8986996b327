"""What end users and service providers meet: sign-in, dashboard, the SSO and SLO endpoints."""
