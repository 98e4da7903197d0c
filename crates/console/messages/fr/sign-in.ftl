### Ways in.

sign-in-title = Se connecter
sign-in-name = Nom
sign-in-password = Mot de passe
sign-in-code = Code de votre application
sign-in-code-hint = Six chiffres, nouveaux toutes les trente secondes.
sign-in-go = Se connecter avec le mot de passe
sign-in-lost = Si vous avez perdu votre moyen d’accès, demandez un nouveau lien à un administrateur.
sign-in-passkey = Clé d’accès
sign-in-passkey-about = Écrivez votre nom ci-dessus ; votre appareil demande le reste.
sign-in-passkey-go = Se connecter avec une clé d’accès
sign-in-passkey-failed = La clé d’accès n’a pas fonctionné. Réessayez, ou utilisez le mot de passe.
enter-title = Entrer
enter-about = Ce lien vous laisse entrer une seule fois. Appuyez sur le bouton pour l’utiliser.
enter-go = Entrer
