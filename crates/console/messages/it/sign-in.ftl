### Ways in.

sign-in-title = Accedi
sign-in-name = Nome
sign-in-password = Password
sign-in-code = Codice della Sua app
sign-in-code-hint = Sei cifre, nuove ogni trenta secondi.
sign-in-go = Accedi con la password
sign-in-lost = Se non riesce più a entrare, chieda un nuovo link a un amministratore.
sign-in-passkey = Passkey
sign-in-passkey-about = Scriva il nome qui sopra; il resto lo chiede il dispositivo.
sign-in-passkey-go = Accedi con una passkey
sign-in-passkey-failed = La passkey non ha funzionato. Riprovi, oppure usi la password.
enter-title = Entra
enter-about = Questo link fa entrare una sola volta. Prema il pulsante per usarlo.
enter-go = Entra
