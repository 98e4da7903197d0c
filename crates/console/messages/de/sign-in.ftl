### Ways in.

sign-in-title = Anmelden
sign-in-name = Name
sign-in-password = Passwort
sign-in-code = Code aus Ihrer App
sign-in-code-hint = Sechs Ziffern, alle dreißig Sekunden neu.
sign-in-go = Mit dem Passwort anmelden
sign-in-lost = Wenn Sie keinen Zugang mehr haben, bitten Sie die Verwaltung um einen neuen Link.
sign-in-passkey = Passkey
sign-in-passkey-about = Schreiben Sie oben Ihren Namen; den Rest fragt Ihr Gerät.
sign-in-passkey-go = Mit einem Passkey anmelden
sign-in-passkey-failed = Der Passkey hat nicht funktioniert. Versuchen Sie es noch einmal, oder nehmen Sie das Passwort.
enter-title = Eintreten
enter-about = Dieser Link lässt Sie einmal ein. Drücken Sie den Knopf, um ihn zu benutzen.
enter-go = Eintreten
