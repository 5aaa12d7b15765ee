-- Which of the authentication classes that the client asked for its ID token is to name.
ALTER TABLE authorization_code ADD COLUMN acr text;
