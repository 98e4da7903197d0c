### Ways in.

sign-in-title = Sign in
sign-in-name = Name
sign-in-password = Password
sign-in-code = Code from your app
sign-in-code-hint = Six digits, new every half a minute.
sign-in-go = Sign in with the password
sign-in-lost = If you lost your way in, ask an administrator for a new link.
sign-in-passkey = Passkey
sign-in-passkey-about = Write your name above; your device asks for the rest.
sign-in-passkey-go = Sign in with a passkey
sign-in-passkey-failed = The passkey did not let you in. Try again, or use the password.
enter-title = Come in
enter-about = This link lets you in once. Press the button to use it.
enter-go = Come in
