### Policies: what each purpose forbids.

policies-title = Règles
policies-about = Ce que chaque but interdit : le texte qui sert à décider et que les services peuvent transmettre.
policies-policy = Règle
policies-version = Numéro
policies-wording = Ce qu’elle interdit
policies-texts-about = Chaque personne voit le texte dans sa langue. S’il manque, elle voit le texte anglais, sinon le premier, avec une mention qui le dit. Il faut au moins un texte ; une traduction ne doit rien interdire d’autre.
policies-fallback = Il n’y a pas de texte dans cette langue. Affiché en : { $name }
policies-built-in = fournie avec Mamori
policies-severity = Points par consultation nette
policies-severity-hint = De 1 (léger) à 5 (grave), par minute commencée. Les points comptent dans la limite de consultation sur 24 heures.
policies-keep = Conservation des octets des éléments
policies-days = { $count ->
    [0] jamais
    [one] un jour
   *[other] { $count } jours
}
policies-keep-hint = En jours ; 0 ne conserve rien. Les octets conservés sont chiffrés, et supprimés au terme. Si vous raccourcissez la durée, ce qui est déjà conservé reste encore au moins une semaine.
policies-no-vault = Rien ne peut être conservé : l’exploitant n’a pas donné de clé au coffre.
policies-change = Modifier la règle
policies-change-about = Cela crée une nouvelle version. Les décisions précédentes gardent la version selon laquelle elles ont été prises ; les dossiers ouverts montrent la nouvelle.
policies-go = Mettre la nouvelle version en vigueur
policies-before = Versions précédentes
policies-to-list = Toutes les règles
reasons-title = Motifs enregistrés
reasons-about = Ces textes peuvent être choisis comme motif d’une décision, ou pour passer ou transmettre un dossier, et modifiés avant l’envoi. Chaque décision garde son propre texte : un changement ici n’en touche aucune.
reasons-limit = { $count ->
    [one] Un motif au plus par règle et par langue.
   *[other] { $count } motifs au plus par règle et par langue. Les champs vides sont ignorés.
}
reasons-changed = Dernière modification :
reasons-saved = Les motifs sont enregistrés.
reasons-save = Enregistrer les motifs
