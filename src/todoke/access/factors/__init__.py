"""Second factors at the terminal: image authentication (画像認証) and passkeys, behind one interface."""
